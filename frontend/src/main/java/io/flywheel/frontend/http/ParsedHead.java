package io.flywheel.frontend.http;

/// What the bytes of a request's head came to.
sealed interface ParsedHead {
    /// A head that nobody can understand in two ways.
    ///
    /// @param host in lower case without the port
    /// @param contentLength of the body in bytes, 0 without one, -1 when it is chunked
    record Valid(
            String method,
            String rawPath,
            String rawQuery,
            Headers headers,
            String host,
            long contentLength,
            boolean keepAlive,
            boolean expectContinue,
            boolean http10)
            implements ParsedHead {}

    /// To be answered with {@code status}; the connection cannot be used further.
    record Refused(int status, String code, String message) implements ParsedHead {}
}
