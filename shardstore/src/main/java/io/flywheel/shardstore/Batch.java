package io.flywheel.shardstore;

import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A group commit: frames that go to the disk in one write and are acknowledged together.
final class Batch implements Dependency {
    private final Log log;
    private final int extent;
    private final long offsetBytes;
    private final ByteBuffer buffer;
    private final Tasks.Promise<Persisted> outcome;
    /// Frames that were placed and not yet filled.
    private final AtomicInteger unfilled = new AtomicInteger();
    private int used;
    private boolean urgent;
    private volatile boolean closed;
    private @Nullable Persisted result;
    private volatile boolean safe;

    Batch(Log log, int extent, long offsetBytes, ByteBuffer buffer, Tasks.Promise<Persisted> outcome) {
        this.log = log;
        this.extent = extent;
        this.offsetBytes = offsetBytes;
        this.buffer = buffer;
        this.outcome = outcome;
    }

    boolean isOf(Log other) {
        return log == other;
    }

    int extent() {
        return extent;
    }

    long offsetBytes() {
        return offsetBytes;
    }

    long endBytes() {
        return offsetBytes + used;
    }

    int used() {
        return used;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /// Whether somebody waits for it, so that it is not kept open until it is full.
    boolean isUrgent() {
        return urgent;
    }

    void makeUrgent() {
        urgent = true;
    }

    boolean isClosed() {
        return closed;
    }

    void closeForPlacing() {
        closed = true;
    }

    /// Takes the next bytes; where they begin in the buffer.
    int take(int bytes) {
        int at = used;
        used += bytes;
        unfilled.incrementAndGet();
        return at;
    }

    /// Writes a whole frame where it was placed.
    void fill(int placedAt, Frame frame, Payload payload) {
        frame.encode(buffer, placedAt);
        int at = placedAt + Frame.HEADER_BYTES;
        buffer.put(
                at, payload.table(), payload.table().position(), payload.table().remaining());
        at += payload.table().remaining();
        buffer.put(at, payload.bytes(), payload.bytes().position(), payload.length());
        for (at += payload.length(); at < placedAt + frame.frameBytes(); at++) {
            buffer.put(at, (byte) 0);
        }
    }

    /// True when nothing is left to fill.
    boolean filled() {
        return unfilled.decrementAndGet() == 0;
    }

    boolean isFilled() {
        return unfilled.get() == 0;
    }

    /// What the write came to, before those that precede it are known.
    void setResult(Persisted persisted) {
        result = persisted;
    }

    @Nullable
    Persisted result() {
        return result;
    }

    void settle(Persisted persisted) {
        safe = persisted instanceof Persisted.Safe;
        outcome.complete(persisted);
    }

    @Override
    public Persisted await() {
        return outcome.await();
    }

    @Override
    public boolean isPersistent() {
        return safe;
    }

    @Override
    public void onDone(Runnable action) {
        outcome.onDone(action);
    }

    @Override
    public Dependency and(Dependency other) {
        return other == this ? this : new Both(this, other);
    }
}
