package io.flywheel.frontend.http;

import io.flywheel.base.Tasks;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A request's body between the event loop, which offers what arrives, and the task that takes it.
final class SocketBody implements RequestBody {
    static final Next.End END = new Next.End();

    private final SocketExchange exchange;
    private final long contentLength;
    private final int windowBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Next.Chunk> queue = new ArrayDeque<>();
    private @Nullable Next last;

    private @Nullable Runnable whenEnded;

    /// Bytes offered and not yet released.
    private int heldBytes;

    /// Whether the socket is to be read again when bytes are released.
    private boolean paused;

    SocketBody(SocketExchange exchange, long contentLength, int windowBytes) {
        this.exchange = exchange;
        this.contentLength = contentLength;
        this.windowBytes = windowBytes;
        if (contentLength == 0) {
            last = END;
        }
    }

    @Override
    public long contentLength() {
        return contentLength;
    }

    @Override
    public Next next() {
        if (!exchange.acceptBody()) {
            return new Next.Aborted(Reason.NO_MEMORY);
        }
        lock.lock();
        try {
            while (queue.isEmpty() && last == null) {
                changed.await();
            }
            return taken();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Tasks.Cancelled();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void whenEnded(Runnable action) {
        lock.lock();
        try {
            if (last == null) {
                whenEnded = action;
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    @Override
    public Optional<Next> poll() {
        if (!exchange.acceptBody()) {
            return Optional.of(new Next.Aborted(Reason.NO_MEMORY));
        }
        lock.lock();
        try {
            return queue.isEmpty() && last == null ? Optional.empty() : Optional.of(taken());
        } finally {
            lock.unlock();
        }
    }

    private Next taken() {
        Next chunk = queue.poll();
        if (chunk != null) {
            return chunk;
        }
        if (last == null) {
            throw new IllegalStateException("nothing to take");
        }
        return last;
    }

    /// Adds what arrived, taking over one reference to {@code data}; on the event loop.
    ///
    /// @return whether to go on reading; otherwise {@link SocketExchange#resumeReading} follows
    boolean offer(ByteBuf data) {
        int bytes = data.readableBytes();
        var released = new AtomicBoolean();
        var chunk = new Next.Chunk(data.nioBuffer(), () -> {
            if (released.compareAndSet(false, true)) {
                data.release();
                release(bytes);
            }
        });
        lock.lock();
        try {
            if (last != null) {
                data.release();
                return true;
            }
            queue.add(chunk);
            heldBytes += bytes;
            paused = heldBytes >= windowBytes;
            changed.signal();
            return !paused;
        } finally {
            lock.unlock();
        }
    }

    private void release(int bytes) {
        boolean resume;
        lock.lock();
        try {
            heldBytes -= bytes;
            resume = paused && heldBytes <= windowBytes / 2;
            paused &= !resume;
        } finally {
            lock.unlock();
        }
        if (resume) {
            exchange.resumeReading();
        }
    }

    /// Says how the body ends, unless that is known already; on the event loop.
    void end(Next end) {
        Runnable action;
        lock.lock();
        try {
            if (last != null) {
                return;
            }
            last = end;
            action = whenEnded;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (action != null) {
            action.run();
        }
    }

    /// Drops what nobody took: the exchange is over.
    void discard() {
        Next.Chunk[] dropped;
        lock.lock();
        try {
            dropped = queue.toArray(Next.Chunk[]::new);
            queue.clear();
            // Without what is dropped here the body did not end well; a reason that is known already stays.
            if (last == null || (dropped.length > 0 && last instanceof Next.End)) {
                last = new Next.Aborted(Reason.STOPPED);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
        for (Next.Chunk chunk : dropped) {
            chunk.release().run();
        }
    }
}
