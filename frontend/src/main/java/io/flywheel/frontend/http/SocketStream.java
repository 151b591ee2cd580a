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

    /// Whether the event loop takes pieces from {@link #source}, and what it came to when that failed.
    private boolean pumping;

    private @Nullable Throwable pumpFailure;

    /// Whether the head was sent; on the event loop.
    private boolean begun;

    /// Where the next piece comes from; on the event loop.
    private @Nullable Source source;

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
        if (isTooLong()) {
            release.run();
            abort();
            throw tooLong();
        }
        boolean last = writtenBytes == contentLength;
        connection.execute(() -> send(Unpooled.wrappedBuffer(data), bytes, release, last));
        return true;
    }

    private boolean isTooLong() {
        return contentLength >= 0 && writtenBytes > contentLength;
    }

    private IllegalStateException tooLong() {
        return new IllegalStateException("the body is longer than its declared " + contentLength + " bytes");
    }

    @Override
    public boolean pump(Source pieces) {
        lock.lock();
        try {
            if (closed || bodiless || writtenBytes == contentLength) {
                return !closed;
            }
            pumping = true;
            connection.execute(() -> {
                source = pieces;
                pull();
            });
            // Not interruptible: the event loop uses the source until it says otherwise.
            while (pumping && !closed) {
                changed.awaitUninterruptibly();
            }
            if (pumpFailure != null) {
                throw new IllegalStateException("the source of a response failed", pumpFailure);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /// Sends the next piece, unless the one before is still on its way. On the event loop; comes back when
    /// the piece was sent.
    private void pull() {
        var from = source;
        if (from == null || !mayPull()) {
            return;
        }
        Piece piece;
        try {
            piece = from.poll().orElse(null);
        } catch (RuntimeException | Error e) {
            endPump(e);
            return;
        }
        if (piece == null) {
            endPump(null);
            return;
        }
        int bytes = piece.data().remaining();
        boolean tooLong;
        boolean last;
        lock.lock();
        try {
            heldBytes += bytes;
            writtenBytes += bytes;
            tooLong = isTooLong();
            last = writtenBytes == contentLength;
        } finally {
            lock.unlock();
        }
        if (tooLong) {
            piece.release().run();
            endPump(tooLong());
            return;
        }
        if (last) {
            endPump(null);
        }
        send(Unpooled.wrappedBuffer(piece.data()), bytes, piece.release(), last);
    }

    private boolean mayPull() {
        lock.lock();
        try {
            return !closed && heldBytes == 0;
        } finally {
            lock.unlock();
        }
    }

    private void endPump(@Nullable Throwable failure) {
        source = null;
        lock.lock();
        try {
            pumping = false;
            pumpFailure = failure;
            changed.signal();
        } finally {
            lock.unlock();
        }
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
            if (!pumping || closed) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
        pull();
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
