package io.flywheel.frontend.http;

/// Gives the errors that HTTP itself finds the form of the service's other errors.
@FunctionalInterface
public interface ErrorRenderer {
    /// Called on the event loop; must not block.
    ///
    /// @param code S3's code, for example {@code BadRequest}
    Response render(int status, String code, String message, String requestId);
}
