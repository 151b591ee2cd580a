package io.flywheel.frontend.http;

/// One request and its response. Exactly one of {@link #respond} and {@link #stream} is called, once.
public interface Exchange {
    RequestHead head();

    /// The request's body. Nothing of it is read from the socket before {@link #acceptBody}, except
    /// what came with the head.
    RequestBody body();

    /// Admits the body, once the request is authorised: reserves its window of memory, sends {@code 100
    /// Continue} if the client waits for it, and starts reading. Callable from any thread; repeated
    /// calls change nothing.
    ///
    /// A service that responds without it never sees the body: a short body that is under way is
    /// skipped, otherwise the connection is closed after the response.
    ///
    /// @return false when the server's budget of bytes in flight is spent: answer {@code 503 SlowDown}
    boolean acceptBody();

    /// Answers with a complete small response. Callable from any thread, never blocks. {@code Date},
    /// {@code Server}, {@code x-amz-request-id}, {@code Content-Length} and {@code Connection} are
    /// added here. HEAD, 204 and 304 send no body.
    void respond(Response response);

    /// Answers with a body that is written piece by piece, from a virtual thread. The head leaves with
    /// the first piece.
    ///
    /// @param contentLength of the body in bytes; -1 when unknown (sent chunked)
    ResponseStream stream(int status, Headers headers, long contentLength);

    /// Bytes of the body received so far.
    long bytesReceived();

    /// Bytes of the response's body handed to the connection so far.
    long bytesSent();

    /// Whether the client is gone, so that nobody would see an answer.
    boolean isClosed();
}
