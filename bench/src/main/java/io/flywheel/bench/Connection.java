package io.flywheel.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One connection of a closed loop. Used by its event loop only, but for {@link #result}.
final class Connection extends ChannelInboundHandlerAdapter {
    private final Supplier<Request> requests;
    private final LongPredicate more;
    private final CompletableFuture<Sample> result = new CompletableFuture<>();
    private final ResponseReader reader = new ResponseReader();
    private final Histogram latencyMicros = new Histogram(2);
    private Request request;
    private boolean keepOpen;
    private long piecesLeft;
    private boolean sentAll;
    private long sentNanos;
    private final AtomicLong pieceBytes = new AtomicLong();
    private volatile @Nullable Channel channel;
    private long sent;
    private long bytes;

    /// @param more whether to send another request, given how many were sent
    Connection(Supplier<Request> requests, LongPredicate more) {
        this.requests = requests;
        this.more = more;
        this.request = requests.get();
    }

    /// Leaves the connection open at the end.
    Connection keepOpen() {
        keepOpen = true;
        return this;
    }

    /// What the connection did, once it has ended; the CPU time is that of no one.
    CompletableFuture<Sample> result() {
        return result;
    }

    /// Bytes of repeated pieces handed to the socket so far; from any thread, roughly.
    long sentBytes() {
        return pieceBytes.get();
    }

    /// Closes the connection, whatever is under way on it.
    void abandon() {
        var opened = channel;
        if (opened != null) {
            opened.close().syncUninterruptibly();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        next(context);
    }

    private void next(ChannelHandlerContext context) {
        if (!more.test(sent)) {
            result.complete(new Sample(sent, bytes, 0, 0, latencyMicros));
            if (!keepOpen) {
                var _ = context.close();
            }
            return;
        }
        if (sent > 0) {
            request = requests.get();
        }
        sentNanos = System.nanoTime();
        var _ = context.write(request.head().duplicate(), context.voidPromise());
        piecesLeft = request.repeats();
        sentAll = false;
        send(context);
    }

    private void send(ChannelHandlerContext context) {
        while (piecesLeft > 0 && context.channel().isWritable()) {
            var _ = context.write(request.piece().duplicate(), context.voidPromise());
            piecesLeft--;
            pieceBytes.addAndGet(request.piece().readableBytes());
        }
        if (piecesLeft == 0 && !sentAll) {
            sentAll = true;
            if (request.tail().isReadable()) {
                var _ = context.write(request.tail().duplicate(), context.voidPromise());
            }
        }
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!sentAll && context.channel().isWritable()) {
            send(context);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var received = (ByteBuf) message;
        try {
            if (reader.read(received)) {
                answered(context);
            }
        } finally {
            received.release();
        }
    }

    private void answered(ChannelHandlerContext context) {
        if (reader.status() >= 300) {
            fail(context, new IOException("an answer that is no success:\n" + reader.failure()));
            return;
        }
        latencyMicros.recordValue((System.nanoTime() - sentNanos) / 1000);
        sent++;
        bytes += request.payloadBytes();
        next(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        result.completeExceptionally(new IOException("the server closed a connection: " + reader.failure()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause);
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        result.completeExceptionally(cause);
        var _ = context.close();
    }
}
