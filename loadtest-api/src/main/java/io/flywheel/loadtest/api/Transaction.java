package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method that is measured as one transaction. It failed when it throws, when one of its checks did not pass,
/// or when it took longer than its timeout.
///
/// Its parameters are, in any order: a {@link Context}, a {@link Run}, and what {@link Feed} or {@link ResultOf} on
/// them say. What it returns can be had by other transactions with {@link ResultOf}. A method that returns a
/// {@link java.util.concurrent.CompletionStage} has ended when the stage has, and its result is the stage's; any
/// other may block: it has a virtual thread of its own, which is interrupted at the timeout.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Transaction {
    /// The name in run files and reports; the method's own name where it is left out. Letters, digits, `-`, `_` and
    /// `.`; unique in a bundle.
    String value() default "";

    /// After this time the transaction failed with the error `timeout`.
    int timeoutSeconds() default 60;
}
