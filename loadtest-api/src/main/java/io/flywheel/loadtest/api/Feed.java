package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A named series of data, of which each execution gets one element.
///
/// On a method: this provides the series. It returns a {@link java.util.List}, or an {@link java.util.Iterator} that
/// makes elements as they are asked for; its only parameter, if any, is a {@link Run}; it is called once, after the
/// setups. On a parameter of a {@link Transaction}: this takes an element of the series of that name, provided by a
/// method of the same bundle or by a file in the run file's `data`. Elements of files are {@link Row}s; a parameter
/// whose type is a record gets one filled by the names of its components.
///
/// Of lists and files the k-th execution of a transaction in the whole run, over all agents, gets an element that
/// depends on k, the order and the seed alone. An iterator gives each process its own elements, and a transaction for
/// which it has no more is not started (it counts as `starved`).
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.PARAMETER})
public @interface Feed {
    /// The name of the series; on a method its own name where it is left out.
    String value() default "";

    /// In which order the elements of a list are given; on methods only (files say it in the run file).
    Order order() default Order.SEQUENTIAL;

    /// In which order elements are given.
    enum Order {
        /// One after the other, then again from the first.
        SEQUENTIAL,
        /// Each once in a random order, then again in another.
        SHUFFLED,
        /// Any of them, each time.
        RANDOM
    }
}
