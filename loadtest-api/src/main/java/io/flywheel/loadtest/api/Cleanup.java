package io.flywheel.loadtest.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a method that undoes what one execution of a transaction made. It is called with each result of the
/// transaction that no other transaction can get any more and none took for itself ({@link ResultOf#take}): when newer
/// results displaced it, or at the end of the run. It is not measured. Its parameters are the result and, if wanted,
/// a {@link Run}.
///
/// ```java
/// @Cleanup("put")
/// void delete(String key) { ... }
/// ```
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Cleanup {
    /// The transaction whose results are given back.
    String value();
}
