package io.flywheel.loadtest.http;

import java.nio.ByteBuffer;

/// Takes an answer as it comes, on the connection's event loop: no more is read before {@link #data} returns, which is
/// the back-pressure. What a method throws fails the request and closes the connection.
public interface Receiver<T> {
    /// The final answer's status and fields.
    void head(AnswerHead head);

    /// The body's next bytes; the buffer is valid during the call alone.
    void data(ByteBuffer bytes);

    /// The answer is whole.
    T end();
}
