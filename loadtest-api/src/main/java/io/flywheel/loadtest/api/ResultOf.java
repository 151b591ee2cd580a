package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a parameter of a {@link Transaction}: it gets a result of another transaction of the same bundle, drawn at
/// random from those that its process keeps (the last 10,000). Before the measured part of a run every
/// transaction whose results are wanted runs once, so that there is one. An execution for which there is no result is
/// not started and counts as `starved`. Results that are null are not kept.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface ResultOf {
    /// The transaction whose result is wanted.
    String value();

    /// True: nobody else gets this result any more, also no {@link Cleanup} (for a delete). False: it stays.
    boolean take() default false;
}
