package io.flywheel.frontend.http;

import io.flywheel.base.Tasks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A streamed response between the task that writes it and the event loop that sends it. At most a window of bytes is
/// handed over and not yet sent.
final class SocketStream implements ResponseStream {
    private final SocketExchange exchange;
    private final Connection connection;
    private final int status;
    private final Headers headers;
    private final long contentLength;
    private final boolean bodiless;
    private final int windowBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int heldBytes;
    private long writtenBytes;
    private boolean closed;
    private boolean finished;

    /// Whether the head was sent; on the event loop.
    private boolean begun;

    SocketStream(SocketExchange exchange, int status, Headers headers, long contentLength, int windowBytes) {
        this.exchange = exchange;
        this.connection = exchange.connection();
        this.status = status;
        this.headers = headers;
        this.contentLength = contentLength;
        this.windowBytes = windowBytes;
        bodiless = SocketExchange.isBodiless(exchange.head(), status);
    }

    @Override
    public boolean write(ByteBuffer data, Runnable release) {
        int bytes = data.remaining();
        if (bytes == 0 || bodiless) {
            release.run();
            return !isClosed();
        }
        if (!reserve(bytes)) {
            release.run();
            return false;
        }
        if (contentLength >= 0 && writtenBytes > contentLength) {
            release.run();
            abort();
            throw new IllegalStateException("the body is longer than its declared " + contentLength + " bytes");
        }
        boolean last = writtenBytes == contentLength;
        connection.execute(() -> send(Unpooled.wrappedBuffer(data), bytes, release, last));
        return true;
    }

    private boolean reserve(int bytes) {
        lock.lock();
        try {
            if (finished) {
                throw new IllegalStateException("the response is finished");
            }
            while (!closed && heldBytes > 0 && heldBytes + bytes > windowBytes) {
                changed.await();
            }
            if (closed) {
                return false;
            }
            heldBytes += bytes;
            writtenBytes += bytes;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Tasks.Cancelled();
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// On the event loop.
    private void send(ByteBuf data, int bytes, Runnable release, boolean last) {
        if (!exchange.isOpen()) {
            sent(bytes, release, false);
            return;
        }
        ByteBuf head = begin();
        if (head != null) {
            connection.output().write(head);
        }
        boolean chunked = contentLength < 0 && !exchange.isHttp10();
        if (chunked) {
            connection
                    .output()
                    .write(Unpooled.copiedBuffer(
                            Integer.toHexString(bytes) + "\r\n", java.nio.charset.StandardCharsets.US_ASCII));
        }
        connection.output().write(data, success -> sent(bytes, release, success));
        if (chunked) {
            connection.output().write(Unpooled.copiedBuffer("\r\n", java.nio.charset.StandardCharsets.US_ASCII));
        }
        exchange.addSent(bytes);
        if (last) {
            connection.responseEnds(exchange);
        } else {
            connection.output().flush();
        }
    }

    /// The head, if it is still to be sent.
    private @Nullable ByteBuf begin() {
        if (begun) {
            return null;
        }
        begun = true;
        return connection.head(exchange, status, headers, contentLength, contentLength < 0 && !exchange.isHttp10());
    }

    private void sent(int bytes, Runnable release, boolean success) {
        release.run();
        lock.lock();
        try {
            heldBytes -= bytes;
            closed |= !success;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean finish() {
        boolean complete;
        lock.lock();
        try {
            if (closed || finished) {
                return !closed;
            }
            finished = true;
            complete = bodiless || contentLength < 0 || writtenBytes == contentLength;
        } finally {
            lock.unlock();
        }
        if (!complete) {
            cut();
            return false;
        }
        // With a declared length the last write has ended the response already.
        if (bodiless || contentLength <= 0) {
            connection.execute(this::end);
        }
        return true;
    }

    private void end() {
        if (!exchange.isOpen()) {
            return;
        }
        ByteBuf head = begin();
        if (head != null) {
            connection.output().write(head);
        }
        if (!bodiless && contentLength < 0 && !exchange.isHttp10()) {
            connection.output().write(Unpooled.wrappedBuffer(HeadWriter.LAST_CHUNK));
        }
        connection.responseEnds(exchange);
    }

    @Override
    public void abort() {
        lock.lock();
        try {
            if (finished) {
                return;
            }
            finished = true;
        } finally {
            lock.unlock();
        }
        cut();
    }

    private void cut() {
        close();
        connection.execute(() -> {
            if (exchange.isOpen()) {
                connection.cut();
            }
        });
    }

    /// Says that the connection is gone.
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
