package io.flywheel.frontend.http;

import java.nio.ByteBuffer;
import java.util.Optional;

/// The body of a request as it travelled, without HTTP's own chunking. At most a fixed window of it is held in memory;
/// beyond that the socket is not read.
public interface RequestBody {
    /// The declared length in bytes; 0 when there is no body, -1 when it is chunked.
    long contentLength();

    /// Waits for the next piece; to be called from one virtual thread. The first call accepts the body
    /// if {@link Exchange#acceptBody} was not called before. After End or Aborted it returns the same
    /// again.
    Next next();

    /// Runs {@code action} once, when the body has arrived whole or broken off: from then on {@link #next} does not
    /// wait. On the event loop, so it must not wait either; not at all when the request is answered before. To be
    /// called once, on the event loop.
    void whenEnded(Runnable action);

    /// What {@link #next} would return without waiting; empty when nothing is there yet. Callable on
    /// the event loop.
    Optional<Next> poll();

    /// What comes next in a body.
    sealed interface Next {
        /// A piece, never empty. {@code release} is called once when {@code data} is no longer needed,
        /// on any thread; until then it counts against the window.
        record Chunk(ByteBuffer data, Runnable release) implements Next {}

        /// All of it arrived.
        record End() implements Next {}

        /// The rest will not come.
        record Aborted(Reason reason) implements Next {}
    }

    /// Why a body broke off.
    enum Reason {
        /// The client closed the connection, or it broke.
        CLOSED,
        /// Less came than the minimum upload rate asks for.
        TOO_SLOW,
        /// HTTP's chunked framing is malformed.
        MALFORMED,
        /// The server's budget of bytes in flight is spent.
        NO_MEMORY,
        /// The server is shutting down, or the request was answered already.
        STOPPED
    }
}
