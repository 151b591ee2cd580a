package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method that runs after the last transaction and the last {@link Cleanup}, also when a setup failed or the
/// run was stopped; its only parameter, if any, is a {@link Run}. What it throws is reported; the other teardowns
/// still run.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Teardown {
    /// True: in one process of the run, after all others have ended (deleting a bucket). False: in each process.
    boolean oncePerRun() default false;
}
