package io.flywheel.loadtest.http;

import io.flywheel.loadtest.http.HttpFailure.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A connection, which carries one exchange at a time. Used on its event loop alone.
final class Connection extends ChannelInboundHandlerAdapter implements AnswerParser.Events {
    private static final int PIECE_BYTES = 64 * 1024;
    /// Then others get their turn.
    private static final int PIECES_AT_ONCE = 16;

    /// As Linux counts the states of a connection.
    private static final int TCP_ESTABLISHED = 1;

    private static final long CONTINUE_NANOS = 1_000_000_000L;

    private final LoopPool pool;
    private final Channel channel;
    private final AnswerParser parser = new AnswerParser(this);
    private final WakeMark mark;
    private @Nullable Exchange<?> exchange;
    private long lastMoveNanos;
    private long payloadLeft;
    private boolean awaitsContinue;
    private boolean usedBefore;
    private boolean isFirstWrite;
    /// What is being read just now.
    private ByteBuf reading = Unpooled.EMPTY_BUFFER;

    private boolean ended;

    Connection(LoopPool pool, Channel channel) {
        this.pool = pool;
        this.channel = channel;
        this.mark = new WakeMark(channel);
        this.lastMoveNanos = System.nanoTime();
    }

    boolean isUsable() {
        return channel.isActive() && !ended;
    }

    /// Sends a request.
    void start(Exchange<?> next) {
        if (usedBefore && pool.isWary() && wasClosed()) {
            pool.closedSilently();
            close();
            pool.submit(next);
            return;
        }
        exchange = next;
        next.carriedBy(this);
        lastMoveNanos = System.nanoTime();
        Request request = next.request;
        ByteBuf out = null;
        try {
            AsciiBuffer head = pool.head();
            head.clear();
            request.writeHead(head);
            Payload payload = request.payload();
            payload.rewind();
            payloadLeft = payload.lengthBytes();
            awaitsContinue = request.expectsContinue() && payloadLeft > 0;
            parser.expect(request.isHead());
            int together = awaitsContinue ? 0 : (int) Math.min(payloadLeft, PIECE_BYTES);
            out = channel.alloc().directBuffer(head.length() + together);
            out.writeBytes(head.bytes(), 0, head.length());
            if (together > 0) {
                append(out, together, payload);
            }
        } catch (RuntimeException | Error failure) {
            // An error is that there is no memory.
            if (out != null) {
                out.release();
            }
            fail(failure);
            return;
        }
        isFirstWrite = true;
        var _ = channel.writeAndFlush(out, channel.voidPromise());
        isFirstWrite = false;
        sendMore();
    }

    /// Whether the server has closed it, which the event loop may not have heard yet.
    private boolean wasClosed() {
        return channel instanceof EpollSocketChannel socket && socket.tcpInfo().state() != TCP_ESTABLISHED;
    }

    /// Appends the payload's next bytes.
    private void append(ByteBuf out, int count, Payload payload) {
        ByteBuffer into = out.internalNioBuffer(out.writerIndex(), count);
        int before = into.position();
        payload.write(into);
        int written = into.position() - before;
        if (written <= 0) {
            throw new IllegalStateException("a payload gave no bytes");
        }
        out.writerIndex(out.writerIndex() + written);
        payloadLeft -= written;
    }

    /// Writes as much as the socket takes.
    private void sendMore() {
        Exchange<?> current = exchange;
        if (current == null || payloadLeft == 0 || awaitsContinue) {
            return;
        }
        Payload payload = current.request.payload();
        for (int pieces = 0; payloadLeft > 0 && channel.isWritable(); pieces++) {
            if (pieces == PIECES_AT_ONCE) {
                channel.eventLoop().execute(this::sendMore);
                return;
            }
            int count = (int) Math.min(payloadLeft, PIECE_BYTES);
            ByteBuf out = null;
            try {
                out = channel.alloc().directBuffer(count);
                append(out, count, payload);
            } catch (RuntimeException | Error failure) {
                if (out != null) {
                    out.release();
                }
                fail(failure);
                return;
            }
            var _ = channel.writeAndFlush(out, channel.voidPromise());
            lastMoveNanos = System.nanoTime();
            if (exchange != current) {
                return;
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        lastMoveNanos = System.nanoTime();
        sendMore();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            lastMoveNanos = System.nanoTime();
            if (!ended) {
                read(in);
                mark.adapt(parser.leftBytes());
            }
        } finally {
            in.release();
        }
    }

    private void read(ByteBuf in) {
        reading = in;
        try {
            while (in.isReadable() && !ended) {
                if (exchange == null) {
                    // Bytes that no request asked for: what follows cannot be told from an answer.
                    close();
                    return;
                }
                parser.read(in);
            }
        } catch (RuntimeException | Error failure) {
            fail(failure);
        } finally {
            reading = Unpooled.EMPTY_BUFFER;
        }
    }

    @Override
    public void onContinue() {
        if (awaitsContinue) {
            awaitsContinue = false;
            sendMore();
        }
    }

    @Override
    public void onHead(AnswerHead head) {
        current().receiver.head(head);
    }

    @Override
    public void onData(ByteBuffer bytes) {
        current().receiver.data(bytes);
    }

    @Override
    public void onEnd() {
        Exchange<?> done = current();
        exchange = null;
        done.carriedBy(null);
        // An answer before the payload was sent: what would follow is not wanted, and no request could be seen in it.
        // Bytes that no request asked for: they would be taken for the next answer.
        boolean reusable = parser.keepAlive() && payloadLeft == 0 && !reading.isReadable();
        payloadLeft = 0;
        awaitsContinue = false;
        usedBefore = true;
        if (reusable) {
            pool.free(this);
        } else {
            close();
        }
        try {
            done.end();
        } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
        }
    }

    private Exchange<?> current() {
        return Objects.requireNonNull(exchange);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (exchange != null) {
            try {
                parser.closed();
                close();
            } catch (RuntimeException failure) {
                fail(failure);
            }
        } else {
            close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(failure(cause));
    }

    private static RuntimeException failure(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException) {
                return new HttpFailure(Reason.TLS, String.valueOf(t.getMessage()), cause);
            }
        }
        return switch (cause) {
            case RuntimeException own -> own;
            case IOException io -> new HttpFailure(Reason.RESET, String.valueOf(io.getMessage()), io);
            default -> new IllegalStateException(cause);
        };
    }

    /// Ends the exchange with a failure, and the connection. What a closed connection did not take gets another; what
    /// was sent is not sent again, since then nobody would see that the service ended it.
    private void fail(Throwable failure) {
        Exchange<?> failed = exchange;
        exchange = null;
        boolean isClosed = usedBefore
                && parser.isUntouched()
                && failure instanceof HttpFailure http
                && (http.reason() == Reason.CLOSED || http.reason() == Reason.RESET);
        if (isClosed) {
            pool.closedSilently();
        }
        close();
        if (failed == null) {
            return;
        }
        failed.carriedBy(null);
        if (isClosed && isFirstWrite && failed.mayMove()) {
            pool.submit(failed);
        } else {
            failed.completeExceptionally(failure);
        }
    }

    /// The exchange is not wanted any more.
    void cut() {
        fail(new HttpFailure(Reason.CANCELLED, "given up"));
    }

    /// Ends the connection; says so to the pool once.
    void close() {
        if (!ended) {
            ended = true;
            var _ = channel.close();
            pool.gone(this);
        }
    }

    /// Looks at the clock.
    void sweep(long nowNanos, long quietNanos, long idleNanos) {
        long quiet = nowNanos - lastMoveNanos;
        if (exchange == null) {
            if (quiet > idleNanos) {
                close();
            }
        } else if (awaitsContinue && quiet > CONTINUE_NANOS) {
            awaitsContinue = false;
            sendMore();
        } else if (quiet > quietNanos && !mark.lower()) {
            fail(new HttpFailure(Reason.TIMEOUT, "no byte for " + quiet / 1_000_000 + " ms"));
        }
    }
}
