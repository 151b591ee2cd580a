package io.flywheel.loadtest.http;

/// What is sent. Its methods are called on the event loop of the connection, so that what it writes (a date, a
/// signature) is of the moment in which it is sent.
public interface Request {
    /// Writes the request line, all fields and the empty line. Where there is a payload the fields say its length, and
    /// `Expect: 100-continue` where {@link #expectsContinue}.
    void writeHead(AsciiBuffer into);

    default Payload payload() {
        return Payload.EMPTY;
    }

    /// Whether the payload is sent only when the server asks for it, or does not answer for a second.
    default boolean expectsContinue() {
        return false;
    }

    /// Whether the answer's length is that of a body that does not come.
    boolean isHead();
}
