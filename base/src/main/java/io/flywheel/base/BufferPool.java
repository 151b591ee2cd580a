package io.flywheel.base;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A bounded pool of direct buffers of one size, aligned so that disks take them without a copy. Memory is
/// taken when it is first needed and then kept. Who waits is served in turn. Thread-safe.
public final class BufferPool {
    /// What data is read and written in.
    public static final int PIECE_BYTES = 256 << 10;

    private static final int ALIGNMENT_BYTES = 4096;

    private final int bufferBytes;
    private final int buffersMax;
    private final Tasks tasks;
    private final Tasks.Mutex mutex;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
    private int held;

    /// Somebody who waits for {@code count} buffers.
    private record Turn(int count, Tasks.Promise<List<Buffer>> promise) {}

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
        return acquireAll(1, timeout).map(List::getFirst);
    }

    /// Waits for so many buffers and takes them together: who needs several and took them one by one could wait
    /// for others that do the same, for ever. Empty when {@code timeout} passed first.
    ///
    /// @param count at most {@link #buffersMax}
    public Optional<List<Buffer>> acquireAll(int count, Duration timeout) {
        check(count >= 1 && count <= buffersMax, "count");
        Turn turn;
        mutex.lock();
        try {
            if (mayTake(count)) {
                return Optional.of(take(count));
            }
            turn = new Turn(count, tasks.promise());
            waiting.add(turn);
        } finally {
            mutex.unlock();
        }
        try {
            var given = turn.promise().await(timeout);
            return given.isPresent() || withdraw(turn)
                    ? given
                    : Optional.of(turn.promise().await());
        } catch (Tasks.Cancelled cancelled) {
            if (!withdraw(turn)) {
                turn.promise().await().forEach(Buffer::release);
            }
            throw cancelled;
        }
    }

    /// False when it is too late: the buffers were given.
    private boolean withdraw(Turn turn) {
        mutex.lock();
        try {
            boolean withdrawn = waiting.remove(turn);
            serve();
            return withdrawn;
        } finally {
            mutex.unlock();
        }
    }

    /// A buffer if one is free now and nobody waits.
    public Optional<Buffer> tryAcquire() {
        mutex.lock();
        try {
            return mayTake(1) ? Optional.of(take(1).getFirst()) : Optional.empty();
        } finally {
            mutex.unlock();
        }
    }

    private boolean mayTake(int count) {
        return waiting.isEmpty() && count <= buffersMax - held;
    }

    /// Gives buffers to those whose turn it is.
    private void serve() {
        while (!waiting.isEmpty() && waiting.getFirst().count() <= buffersMax - held) {
            var next = waiting.removeFirst();
            next.promise().complete(take(next.count()));
        }
    }

    private List<Buffer> take(int count) {
        var taken = new ArrayList<Buffer>(count);
        for (int i = 0; i < count; i++) {
            taken.add(take());
        }
        return taken;
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
                held--;
                free.addLast(bytes);
                serve();
            } finally {
                mutex.unlock();
            }
        }
    }
}
