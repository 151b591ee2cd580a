package io.flywheel.frontend.http;

import static io.flywheel.base.Check.check;

import java.nio.ByteBuffer;

/// A complete response.
///
/// @param contentLength the Content-Length to declare: the body's, except in the answer to a HEAD request, which
///     declares that of the body it does not have; -1 to declare none
/// @param release called once when {@code body} is no longer needed, on any thread
public record Response(int status, Headers headers, ByteBuffer body, long contentLength, Runnable release) {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    public Response {
        check(status >= 200 && status <= 599, "status");
        check(contentLength >= -1, "contentLength");
    }

    public static Response of(int status, Headers headers, byte[] body) {
        return new Response(status, headers, ByteBuffer.wrap(body), body.length, Response::keep);
    }

    public static Response of(int status, Headers headers, ByteBuffer body, Runnable release) {
        return new Response(status, headers, body, body.remaining(), release);
    }

    /// Without a body, {@code Content-Length: 0} where the status allows it.
    public static Response empty(int status, Headers headers) {
        return new Response(status, headers, NOTHING, 0, Response::keep);
    }

    /// The answer to HEAD about a body of {@code contentLength} bytes.
    public static Response head(int status, Headers headers, long contentLength) {
        return new Response(status, headers, NOTHING, contentLength, Response::keep);
    }

    private static void keep() {}
}
