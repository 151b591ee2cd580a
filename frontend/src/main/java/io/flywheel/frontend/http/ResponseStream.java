package io.flywheel.frontend.http;

import java.nio.ByteBuffer;
import java.util.Optional;

/// The body of a response under way, written by one virtual thread.
///
/// A body that was begun and cannot be completed ends in {@link #abort}: the connection is cut, so that the client
/// always sees that it is truncated.
public interface ResponseStream {
    /// Hands over the next piece; waits while the client takes what was handed over before.
    ///
    /// @param release called once when {@code data} is no longer needed, on any thread, also when this
    ///     returns false
    /// @return false when the connection is gone; further calls return false as well
    boolean write(ByteBuffer data, Runnable release);

    /// Lets the event loop take pieces from {@code source} as the client takes them, without a change of
    /// threads, and waits until the source has none at hand or the declared length is reached. Nobody else
    /// uses the source meanwhile.
    ///
    /// @return false when the connection is gone
    boolean pump(Source source);

    /// Pieces of a body that are at hand.
    interface Source {
        /// The next piece; empty when that would take waiting. On the event loop.
        Optional<Piece> poll();
    }

    /// @param data not empty
    /// @param release called once when {@code data} is no longer needed, on any thread
    record Piece(ByteBuffer data, Runnable release) {}

    /// Ends the body. Aborts instead if fewer bytes were written than the head declared.
    ///
    /// @return false when the connection is gone or was aborted
    boolean finish();

    /// Cuts the connection. After {@link #finish} it changes nothing.
    void abort();
}
