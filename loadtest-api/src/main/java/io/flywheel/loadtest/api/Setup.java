package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method that runs before the first transaction; its only parameter, if any, is a {@link Run}. When it
/// throws, the run does not begin. Several run in the order of their names.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Setup {
    /// True: in one process of the run, and all wait for it (making a bucket). False: in each process.
    boolean oncePerRun() default false;
}
