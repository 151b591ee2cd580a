package io.flywheel.storage;

import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardRequest.Target;
import java.util.concurrent.atomic.AtomicReference;

/// A value that is being written as a stream. One message at a time; whoever ends it while a message is served
/// leaves the clean-up to that message.
final class Session {
    private enum State {
        IDLE,
        BUSY,
        BUSY_AND_ENDED,
        ENDED
    }

    private final Target target;
    private final ShardStore.Writer writer;
    private final AtomicReference<State> state = new AtomicReference<>(State.BUSY);
    private long takenBytes;
    private volatile long usedNanos;

    /// Begins busy: with the message that opened it.
    Session(Target target, ShardStore.Writer writer, long nowNanos) {
        this.target = target;
        this.writer = writer;
        this.usedNanos = nowNanos;
    }

    Target target() {
        return target;
    }

    /// Of who {@link #enter}ed.
    ShardStore.Writer writer() {
        return writer;
    }

    /// Of who {@link #enter}ed.
    long takenBytes() {
        return takenBytes;
    }

    void took(int bytes) {
        takenBytes += bytes;
    }

    /// False when it is over, or serves another message.
    boolean enter() {
        return state.compareAndSet(State.IDLE, State.BUSY);
    }

    void leave(long nowNanos) {
        usedNanos = nowNanos;
        if (!state.compareAndSet(State.BUSY, State.IDLE)) {
            state.set(State.ENDED);
            writer.close();
        }
    }

    /// Drops the value unless it was sealed.
    void end() {
        while (true) {
            if (state.compareAndSet(State.IDLE, State.ENDED)) {
                writer.close();
                return;
            }
            if (state.compareAndSet(State.BUSY, State.BUSY_AND_ENDED) || isOver()) {
                return;
            }
        }
    }

    private boolean isOver() {
        var now = state.get();
        return now == State.BUSY_AND_ENDED || now == State.ENDED;
    }

    /// Whether nobody has used it since then.
    boolean isIdleSince(long nanos) {
        return state.get() == State.IDLE && usedNanos - nanos <= 0;
    }
}
