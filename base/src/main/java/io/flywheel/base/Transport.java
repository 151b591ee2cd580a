package io.flywheel.base;

import static io.flywheel.base.Check.check;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/// The port for calls between nodes, as one node sees it. A call is a message, and the answer to it: a small encoded
/// header each, and bytes that go along.
///
/// **Who owns the bytes.** The large bytes of a call lie in two buffers of the caller: the `body` that goes out, and
/// the `space` that the answer's bytes come into. From {@link Connection#send} on both belong to the call, until it is
/// *released* ({@link Call#awaitRelease}): an implementation may hand them to the other node by reference, and that
/// node may be using them after the caller gave up. {@link Connection#call} returns only when they are released. The
/// node that is called owns both until it answers or refuses, and must not touch them afterwards.
///
/// **What became of a call** is an {@link Outcome}. After a timeout, a cancellation or a lost connection nobody knows
/// whether the call happened: {@link Outcome#mayHaveHappened}.
public interface Transport {
    /// A header has at most so many bytes.
    int HEADER_BYTES_MAX = 64 << 10;

    /// A body, and a space, has at most so many bytes.
    int BODY_BYTES_MAX = 8 << 20;

    /// The node that calls and serves here.
    NodeId self();

    /// Serves the calls of others under this node's name, one service for each protocol, until it is closed.
    Registration serve(Terms terms, Service service);

    /// Connects to the service of a node; may wait for the network, at most for {@code timeout}.
    Connected connect(NodeId to, Terms terms, Limits limits, Duration timeout);

    /// What one side of a connection is and understands. A connection comes about where fleet and protocol are the
    /// same, under the highest version that both know.
    ///
    /// @param protocol the name of what is spoken
    /// @param versionMin the lowest version that is understood, at least 1
    /// @param versionMax the highest
    record Terms(FleetId fleet, String protocol, int versionMin, int versionMax) {
        public Terms {
            check(versionMin >= 1 && versionMax >= versionMin, "versions");
        }

        /// The version to speak with the other side, or empty.
        public Optional<Integer> versionWith(Terms other) {
            int version = Math.min(versionMax, other.versionMax);
            return version >= Math.max(versionMin, other.versionMin) ? Optional.of(version) : Optional.empty();
        }

        /// Why a node of these terms refuses one of the others; empty when it does not.
        public Optional<String> objection(Terms other) {
            if (!fleet.equals(other.fleet)) {
                return Optional.of("this is fleet " + fleet + ", not " + other.fleet);
            }
            return versionWith(other).isPresent()
                    ? Optional.empty()
                    : Optional.of(protocol + " is spoken here in the versions " + versionMin + " to " + versionMax
                            + ", not " + other.versionMin + " to " + other.versionMax);
        }
    }

    /// How much may be under way on a connection: what is more waits for room.
    ///
    /// @param callsMax calls that are not released
    /// @param bytesMax bytes of their bodies and spaces; a call that is larger goes alone
    record Limits(int callsMax, long bytesMax) {
        public static final Limits DEFAULT = new Limits(1024, 256L << 20);

        public Limits {
            check(callsMax >= 1, "callsMax");
            check(bytesMax >= 1, "bytesMax");
        }
    }

    /// What {@link #connect} came to.
    sealed interface Connected {
        record Ok(Connection connection) implements Connected {}

        /// The other side is of another fleet, or speaks no version that this side knows.
        record Refused(String reason) implements Connected {}

        record Unreachable(String reason) implements Connected {}
    }

    /// Many calls at once to one service of one node. Thread-safe. Answers come in any order.
    interface Connection extends AutoCloseable {
        NodeId peer();

        /// The version that both sides speak.
        int version();

        /// Begins a call. Waits for room, at most for {@code timeout}, which is the time for the whole call; without
        /// room it is refused.
        Call send(Message message, ByteBuffer space, Duration timeout);

        /// Begins a call and waits for its outcome, and for both buffers to be released: on a transport that hands
        /// them over by reference that may take longer than the timeout, as long as the other node is at it.
        default Outcome call(Message message, ByteBuffer space, Duration timeout) {
            var call = send(message, space, timeout);
            try {
                return call.await();
            } finally {
                call.awaitRelease();
            }
        }

        /// What the node that was called lets callers in its own process use directly, past the messages. Empty
        /// everywhere else, and when the node is gone: who asks can do without.
        <T> Optional<T> local(Class<T> capability);

        /// Later calls are unreachable; those under way go on.
        @Override
        void close();
    }

    /// What goes out.
    ///
    /// @param header what is asked, encoded; not changed by anyone afterwards
    /// @param body from its position to its limit; the position is unspecified afterwards
    record Message(byte[] header, ByteBuffer body) {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

        public Message {
            check(header.length <= HEADER_BYTES_MAX, "a header has at most 64 KiB");
            check(body.remaining() <= BODY_BYTES_MAX, "a body has at most 8 MiB");
        }

        /// Without a body.
        public Message(byte[] header) {
            this(header, NOTHING);
        }
    }

    /// A call that was begun.
    interface Call {
        /// Waits for the outcome, at most until the time for the call is over. A task that is cancelled while it waits
        /// cancels the call.
        Outcome await();

        /// Gives the call up: the other node is told if it can be.
        void cancel();

        boolean isDone();

        /// Runs {@code action} when there is an outcome, at once if there is one; it must be short and must not wait.
        /// That the time is over is noticed only by who waits.
        void onDone(Runnable action);

        /// Waits until both buffers are the caller's again; is never cut short.
        void awaitRelease();

        /// Runs {@code action} when both buffers are the caller's again; it must be short and must not wait.
        void onReleased(Runnable action);
    }

    /// What became of a call.
    sealed interface Outcome {
        /// The node answered; the position of the space is after the bytes that came with the answer.
        record Answered(byte[] header) implements Outcome {}

        /// The time was over before an answer came.
        record TimedOut() implements Outcome {}

        /// @param mayHaveHappened whether the connection was lost after the call was sent
        record Unreachable(String reason, boolean mayHaveHappened) implements Outcome {}

        record Cancelled() implements Outcome {}

        /// The call did not happen: there was no room, or the node would not take it.
        record Refused(String reason) implements Outcome {}

        /// Whether the node may have done what it was asked to, or may still do it.
        default boolean mayHaveHappened() {
            return switch (this) {
                case Answered _, TimedOut _, Cancelled _ -> true;
                case Unreachable(var _, var mayHave) -> mayHave;
                case Refused _ -> false;
            };
        }
    }

    /// Serves calls.
    interface Service {
        /// Takes a call, which must be answered or refused, once, now or later. Must not wait, unless
        /// {@link Received#callerWaits}.
        void accept(Received call);

        /// A connection is over: no more calls come from it, and nobody waits for what it began.
        void disconnected(long connection);

        /// See {@link Connection#local}.
        default <T> Optional<T> local(Class<T> capability) {
            return Optional.empty();
        }
    }

    /// A call as the node sees it that was called.
    interface Received {
        /// Tells the connections of a service apart.
        long connection();

        NodeId from();

        /// The version that both sides speak.
        int version();

        byte[] header();

        /// See {@link Transport} for who owns it.
        ByteBuffer body();

        /// Takes the bytes that go along with the answer: those up to its position when the call is answered.
        ByteBuffer space();

        /// Whether somebody still waits: the time is not over and the call was not given up.
        boolean isWanted();

        /// Whether this is the task of the caller, who waits for the answer: then the service may serve the call on it.
        boolean callerWaits();

        /// The service does not use the buffers any more; the answer comes later.
        default void releaseBuffers() {}

        void answer(byte[] header);

        /// The call does not happen.
        void refuse(String reason);
    }

    /// A service that is served.
    interface Registration extends AutoCloseable {
        /// Later calls are unreachable; those that were taken can still be answered.
        @Override
        void close();
    }
}
