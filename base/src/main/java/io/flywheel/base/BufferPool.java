package io.flywheel.base;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/// A bounded pool of direct buffers of one size, aligned so that disks take them without a copy. Memory is taken when
/// it is first needed and then kept. Who waits is served in turn. Thread-safe.
public final class BufferPool {
    /// What data is read and written in.
    public static final int PIECE_BYTES = 256 << 10;

    private static final int ALIGNMENT_BYTES = 4096;

    private final int bufferBytes;
    private final int buffersMax;
    private final Tasks tasks;
    private final Tasks.Mutex mutex;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final ArrayDeque<Tasks.Promise<Buffer>> waiting = new ArrayDeque<>();
    private int held;

    /// @param bufferBytes the size of each buffer, a multiple of 4096
    /// @param buffersMax how many may be out at once
    public BufferPool(Tasks tasks, int bufferBytes, int buffersMax) {
        check(bufferBytes > 0 && bufferBytes % ALIGNMENT_BYTES == 0, "bufferBytes is a multiple of 4096");
        check(buffersMax >= 1, "buffersMax");
        this.bufferBytes = bufferBytes;
        this.buffersMax = buffersMax;
        this.tasks = tasks;
        mutex = tasks.mutex();
    }

    public int bufferBytes() {
        return bufferBytes;
    }

    public int buffersMax() {
        return buffersMax;
    }

    /// How many could be acquired now without waiting.
    public int available() {
        mutex.lock();
        try {
            return buffersMax - held;
        } finally {
            mutex.unlock();
        }
    }

    /// Waits for a buffer; empty when {@code timeout} passed first.
    public Optional<Buffer> acquire(Duration timeout) {
        Tasks.Promise<Buffer> turn = tasks.promise();
        mutex.lock();
        try {
            if (held < buffersMax) {
                return Optional.of(take());
            }
            waiting.add(turn);
        } finally {
            mutex.unlock();
        }
        try {
            var given = turn.await(timeout);
            return given.isPresent() || withdraw(turn) ? given : Optional.of(turn.await());
        } catch (Tasks.Cancelled cancelled) {
            if (!withdraw(turn)) {
                turn.await().release();
            }
            throw cancelled;
        }
    }

    /// False when it is too late: the buffer was given.
    private boolean withdraw(Tasks.Promise<Buffer> turn) {
        mutex.lock();
        try {
            return waiting.remove(turn);
        } finally {
            mutex.unlock();
        }
    }

    /// A buffer if one is free now.
    public Optional<Buffer> tryAcquire() {
        mutex.lock();
        try {
            return held == buffersMax ? Optional.empty() : Optional.of(take());
        } finally {
            mutex.unlock();
        }
    }

    private Buffer take() {
        held++;
        ByteBuffer bytes = free.pollLast();
        return new Buffer(
                bytes != null
                        ? bytes.clear()
                        : ByteBuffer.allocateDirect(bufferBytes + ALIGNMENT_BYTES)
                                .alignedSlice(ALIGNMENT_BYTES)
                                .slice(0, bufferBytes));
    }

    /// A buffer that is out.
    public final class Buffer {
        private final ByteBuffer bytes;
        private boolean isReleased;

        private Buffer(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        /// All of it, to be used by the holder only.
        public ByteBuffer bytes() {
            return bytes;
        }

        /// Gives it back, once, from any thread; neither it nor a slice of it may be touched afterwards.
        public void release() {
            mutex.lock();
            try {
                checkState(!isReleased, "a buffer is released once");
                isReleased = true;
                var next = waiting.poll();
                if (next != null) {
                    next.complete(new Buffer(bytes.clear()));
                } else {
                    held--;
                    free.addLast(bytes);
                }
            } finally {
                mutex.unlock();
            }
        }
    }
}
