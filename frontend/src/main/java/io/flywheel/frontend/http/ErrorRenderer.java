package io.flywheel.frontend.http;

import java.nio.charset.StandardCharsets;

/// Gives the errors that HTTP itself finds the form of the service's other errors.
@FunctionalInterface
public interface ErrorRenderer {
    /// Called on the event loop; must not block.
    ///
    /// @param code S3's code, for example {@code BadRequest}
    /// @param message without characters that XML would have to escape
    Response render(int status, String code, String message, String requestId);

    /// S3's error document, with nothing but what HTTP knows.
    static ErrorRenderer plain() {
        return (status, code, message, requestId) -> Response.of(
                status,
                Headers.of("content-type", "application/xml"),
                ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + message
                                + "</Message><RequestId>" + requestId + "</RequestId></Error>")
                        .getBytes(StandardCharsets.UTF_8));
    }
}
