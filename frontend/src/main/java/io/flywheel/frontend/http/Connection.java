package io.flywheel.frontend.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: takes requests from it one at a time, in order, and sends their responses. Everything runs on its
/// event loop.
///
/// ```
/// HEAD ──head──▶ BODY ──body's end──▶ ANSWER ──response's end──▶ HEAD
///                  └──response's end──▶ SKIP ──body's end──▶ HEAD
/// any ──response after which it closes──▶ LINGER ──▶ closed
/// ```
// What fails on a channel closes it, and closed() hears of that: the futures tell nothing more.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /// Up to this size a body is copied behind its head: cheaper than a second buffer.
    private static final int INLINE_BYTES_MAX = 8 << 10;

    private enum Phase {
        /// Waits for a request, or for the rest of its head.
        HEAD,
        /// Takes the body.
        BODY,
        /// Has the whole request and waits for its response.
        ANSWER,
        /// Has responded and drops the rest of the body.
        SKIP,
        /// Has responded for the last time, and reads until the client has seen that.
        LINGER,
        CLOSED
    }

    private final HttpServer server;
    private final HttpOptions options;
    private final Loop loop;
    private final Channel channel;
    private final EventLoop eventLoop;
    private final InetSocketAddress remote;
    private final boolean secure;
    private final Pace upload;
    private final Output output;

    private Phase phase = Phase.HEAD;
    private @Nullable ByteBuf input;
    private int scannedBytes;
    private long phaseNanos = System.nanoTime();
    private @Nullable SocketExchange exchange;
    private long remainingBytes;
    private @Nullable ChunkedFraming chunks;
    private boolean continueExpected;
    private boolean bodyPaused;
    private boolean reading;
    private boolean processing;
    private boolean draining;
    private boolean bodyLost;
    private boolean inputShut;

    Connection(HttpServer server, HttpOptions options, Loop loop, Channel channel) {
        this.server = server;
        this.options = options;
        this.loop = loop;
        this.channel = channel;
        secure = options.tls().isPresent();
        eventLoop = channel.eventLoop();
        remote = channel.remoteAddress() instanceof InetSocketAddress known ? known : new InetSocketAddress(0);
        upload = new Pace(options.uploadBytesPerSecondMin(), options.rateWindow());
        output = new Output(channel, new Pace(options.downloadBytesPerSecondMin(), options.rateWindow()));
    }

    /// Runs {@code task} on the event loop: at once when called there.
    void execute(Runnable task) {
        if (eventLoop.inEventLoop()) {
            task.run();
        } else {
            try {
                eventLoop.execute(task);
            } catch (RejectedExecutionException e) {
                // The server has stopped and the connection is closed: there is nothing left to do.
                LOG.debug("a task came after the end of its event loop", e);
            }
        }
    }

    Output output() {
        return output;
    }

    int responseWindowBytes() {
        return options.responseWindowBytes();
    }

    // Input.

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var data = (ByteBuf) message;
        reading = true;
        output.hold();
        if (phase == Phase.LINGER || phase == Phase.CLOSED) {
            data.release();
            return;
        }
        if (input == null) {
            input = data;
        } else {
            var joined = context.alloc().buffer(input.readableBytes() + data.readableBytes());
            joined.writeBytes(input).writeBytes(data);
            input.release();
            data.release();
            input = joined;
        }
        process();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        reading = false;
        output.release();
    }

    /// Goes through the input as far as the phase allows. Responses made meanwhile are flushed together.
    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        output.hold();
        try {
            boolean progress = true;
            while (progress && input != null) {
                progress = switch (phase) {
                    case HEAD -> head(input);
                    case BODY, SKIP -> body(input);
                    case ANSWER -> false;
                    case LINGER, CLOSED -> {
                        dropInput();
                        yield false;
                    }
                };
                if (input != null && !input.isReadable()) {
                    dropInput();
                }
            }
        } finally {
            processing = false;
        }
        if (!reading) {
            output.release();
        }
        if (server.isDraining()) {
            // The head of the response that has just ended may have left before, and promised another.
            drain();
        }
        updateReading();
        if (inputShut) {
            inputEnded();
        }
    }

    private void dropInput() {
        if (input != null) {
            input.release();
            input = null;
        }
    }

    /// The socket is read while there is room for what comes: not under a paused body, and not while the next request
    /// waits already.
    private void updateReading() {
        boolean wanted = switch (phase) {
            case HEAD -> input == null || channel.isWritable();
            case SKIP, LINGER -> true;
            case BODY -> !bodyPaused && exchange != null && exchange.isAdmitted();
            case ANSWER -> input == null;
            case CLOSED -> false;
        };
        if (channel.config().isAutoRead() != wanted) {
            channel.config().setAutoRead(wanted);
        }
    }

    private boolean head(ByteBuf in) {
        if (!channel.isWritable()) {
            // Responses to earlier requests wait for the client: no further request until it has taken them.
            return false;
        }
        if (scannedBytes == 0) {
            phaseNanos = System.nanoTime();
            skipEmptyLine(in);
        }
        int length = Math.min(in.readableBytes(), options.headBytesMax());
        byte[] bytes = loop.scratch;
        in.getBytes(in.readerIndex(), bytes, 0, length);
        int end = RequestParser.headLength(bytes, scannedBytes, length);
        if (end > 0) {
            in.skipBytes(end);
            scannedBytes = 0;
            headComplete(loop.parser.parse(bytes, end));
            return true;
        }
        if (end == RequestParser.BARE_LINE_FEED) {
            refuse(400, "BadRequest", "A line ends without a carriage return.");
        } else if (length == options.headBytesMax()) {
            refuse(
                    400,
                    "RequestHeaderSectionTooLarge",
                    "Your request header section exceeds the maximum allowed request header section size.");
        } else {
            scannedBytes = length;
        }
        return false;
    }

    /// RFC 9112, 2.2: an empty line before a request is ignored.
    private static void skipEmptyLine(ByteBuf in) {
        if (in.readableBytes() >= 2
                && in.getByte(in.readerIndex()) == '\r'
                && in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
        }
    }

    private void headComplete(ParsedHead parsed) {
        switch (parsed) {
            case ParsedHead.Refused(int status, String code, String message) -> refuse(status, code, message);
            case ParsedHead.Valid valid -> {
                var head = new RequestHead(
                        valid.method(),
                        valid.rawPath(),
                        valid.rawQuery(),
                        valid.headers(),
                        valid.host(),
                        secure,
                        remote,
                        System.nanoTime(),
                        loop.requestId());
                serve(new SocketExchange(this, head, valid, options, server.budget()), valid);
            }
        }
    }

    private void serve(SocketExchange made, ParsedHead.Valid valid) {
        exchange = made;
        remainingBytes = valid.contentLength();
        chunks = remainingBytes < 0 ? new ChunkedFraming() : null;
        continueExpected = valid.expectContinue();
        bodyPaused = false;
        phase = remainingBytes == 0 ? Phase.ANSWER : Phase.BODY;
        try {
            server.service().handle(made);
        } catch (RuntimeException | Error e) {
            LOG.error("request {} crashed", made.head().requestId(), e);
            if (made.tryAnswer()) {
                respond(
                        made,
                        server.errors()
                                .render(
                                        500,
                                        "InternalError",
                                        "We encountered an internal error. Please try again.",
                                        made.head().requestId()));
            } else {
                cut();
            }
        }
    }

    /// Answers what is no request and closes.
    private void refuse(int status, String code, String message) {
        String requestId = loop.requestId();
        var response = server.errors().render(status, code, message, requestId);
        loop.heads.encode(
                response.status(),
                response.headers(),
                requestId,
                response.body().remaining(),
                false,
                true);
        ByteBuf out =
                channel.alloc().buffer(loop.heads.length() + response.body().remaining());
        loop.heads.writeTo(out);
        out.writeBytes(response.body().duplicate());
        response.release().run();
        channel.write(out, channel.voidPromise());
        server.log().refused(requestId, remote, response.status(), code, message);
        linger();
    }

    /// Takes body bytes from {@code in}: offers them, or drops them after the response.
    private boolean body(ByteBuf in) {
        if (phase == Phase.BODY && (exchange == null || !exchange.isAdmitted())) {
            return false;
        }
        ChunkedFraming framing = chunks;
        int bytes;
        if (framing == null) {
            bytes = (int) Math.min(remainingBytes, in.readableBytes());
            remainingBytes -= bytes;
        } else {
            bytes = framing.advance(in);
            if (bytes > 0) {
                framing.taken(bytes);
            }
        }
        if (bytes > 0) {
            take(in, bytes);
        }
        if (framing == null ? remainingBytes == 0 : framing.state() == ChunkedFraming.State.END) {
            bodyEnded();
            return true;
        }
        if (framing != null && framing.state() == ChunkedFraming.State.MALFORMED) {
            bodyBroken(RequestBody.Reason.MALFORMED);
            return false;
        }
        return in.isReadable();
    }

    private void take(ByteBuf in, int bytes) {
        upload.progress(bytes);
        if (phase == Phase.SKIP || exchange == null) {
            in.skipBytes(bytes);
            return;
        }
        exchange.addReceived(bytes);
        bodyPaused = !exchange.body().offer(in.readRetainedSlice(bytes));
    }

    private void bodyEnded() {
        if (phase == Phase.SKIP) {
            nextRequest();
        } else {
            phase = Phase.ANSWER;
            if (exchange != null) {
                exchange.body().end(SocketBody.END);
            }
        }
    }

    /// The rest of the body will not come: the service hears of it and may still answer, if that can be seen.
    private void bodyBroken(RequestBody.Reason reason) {
        if (phase == Phase.SKIP || exchange == null) {
            cut();
            return;
        }
        phase = Phase.ANSWER;
        draining = true;
        bodyLost = true;
        dropInput();
        exchange.body().end(new RequestBody.Next.Aborted(reason));
    }

    /// The service wants the body.
    void bodyAccepted(SocketExchange accepted) {
        if (accepted != exchange || phase != Phase.BODY) {
            return;
        }
        upload.restart(System.nanoTime());
        if (continueExpected) {
            continueExpected = false;
            channel.writeAndFlush(Unpooled.wrappedBuffer(HeadWriter.CONTINUE), channel.voidPromise());
        }
        process();
        updateReading();
    }

    void resumeReading(SocketExchange resumed) {
        if (resumed == exchange && phase == Phase.BODY) {
            bodyPaused = false;
            upload.restart(System.nanoTime());
            process();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputShut = true;
            inputEnded();
        }
        context.fireUserEventTriggered(event);
    }

    /// The client sends no more: a request that is complete is still answered.
    private void inputEnded() {
        switch (phase) {
            case HEAD -> {
                if (channel.isWritable()) {
                    closeAfterWrites();
                }
            }
            case BODY -> {
                if (exchange != null && (exchange.isAdmitted() || input == null)) {
                    bodyBroken(RequestBody.Reason.CLOSED);
                }
            }
            case SKIP, LINGER -> closeAfterWrites();
            case ANSWER, CLOSED -> {}
        }
    }

    // Output.

    /// Sends a complete response.
    void respond(SocketExchange answered, Response response) {
        if (!answered.isOpen()) {
            response.release().run();
            return;
        }
        boolean bodiless = SocketExchange.isBodiless(answered.head(), response.status());
        int bytes = bodiless ? 0 : response.body().remaining();
        long length =
                response.status() == 204 || response.status() == 304 ? -1 : bodiless ? response.contentLength() : bytes;
        if (bytes <= INLINE_BYTES_MAX) {
            ByteBuf out = encode(answered, response.status(), response.headers(), length, false, bytes);
            if (bytes > 0) {
                out.writeBytes(response.body().duplicate());
            }
            response.release().run();
            output.write(out);
        } else {
            output.write(encode(answered, response.status(), response.headers(), length, false, 0));
            Runnable release = response.release();
            output.write(Unpooled.wrappedBuffer(response.body()), success -> release.run());
        }
        answered.addSent(bytes);
        responseEnds(answered);
    }

    /// The head of a streamed response.
    ByteBuf head(SocketExchange answered, int status, Headers headers, long contentLength, boolean chunked) {
        return encode(answered, status, headers, status == 204 || status == 304 ? -1 : contentLength, chunked, 0);
    }

    private ByteBuf encode(
            SocketExchange answered, int status, Headers headers, long length, boolean chunked, int spareBytes) {
        answered.status(status);
        draining |= !keepsAlive(answered);
        loop.heads.encode(status, headers, answered.head().requestId(), length, chunked, draining);
        ByteBuf out = channel.alloc().buffer(loop.heads.length() + spareBytes);
        loop.heads.writeTo(out);
        return out;
    }

    /// Whether the connection can serve another request after this response: the body was taken, or can be skipped.
    private boolean keepsAlive(SocketExchange answered) {
        boolean skippable = phase != Phase.BODY
                || (chunks == null && remainingBytes <= options.skipBytesMax() && !continueExpected);
        return answered.parsed().keepAlive() && !server.isDraining() && skippable;
    }

    /// The response is handed over completely.
    void responseEnds(SocketExchange answered) {
        answered.over(true);
        record(answered, true);
        exchange = null;
        output.flush();
        if (draining) {
            linger();
        } else if (phase == Phase.BODY) {
            phase = Phase.SKIP;
            upload.restart(System.nanoTime());
            process();
        } else {
            nextRequest();
            process();
        }
    }

    private void record(SocketExchange ended, boolean complete) {
        server.log()
                .record(
                        ended.head(),
                        ended.status(),
                        ended.bytesReceived(),
                        ended.bytesSent(),
                        System.nanoTime() - ended.head().startedNanos(),
                        complete);
    }

    private void nextRequest() {
        phase = Phase.HEAD;
        scannedBytes = 0;
        phaseNanos = System.nanoTime();
    }

    /// Closes after what was written. While the client still sends, a plain close would reset the connection and could
    /// destroy the response before it is read: so only the output is shut and the input is dropped for a while.
    private void linger() {
        boolean clientSends = !inputShut && (phase != Phase.ANSWER || bodyLost || input != null);
        phase = Phase.LINGER;
        phaseNanos = System.nanoTime();
        dropInput();
        if (!clientSends || !(channel instanceof DuplexChannel duplex)) {
            closeAfterWrites();
            return;
        }
        updateReading();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(future -> duplex.shutdownOutput());
    }

    private void closeAfterWrites() {
        phase = Phase.LINGER;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(future -> channel.close());
    }

    /// Ends the connection with a reset, so that nobody takes a truncated response for a whole one.
    void cut() {
        if (phase != Phase.CLOSED) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    // Time, and the end.

    /// Checks the time limits.
    void sweep(long nowNanos) {
        long inPhase = nowNanos - phaseNanos;
        switch (phase) {
            case HEAD -> {
                if (scannedBytes > 0 && inPhase > options.headTimeout().toNanos()) {
                    refuse(408, "RequestTimeout", "The head of the request took too long.");
                } else if (input == null
                        && output.pendingBytes() == 0
                        && inPhase > options.idleTimeout().toNanos()) {
                    closeAfterWrites();
                }
            }
            case BODY -> {
                boolean waits = exchange != null && exchange.isAdmitted() && !bodyPaused;
                if (upload.isTooSlow(nowNanos, waits)) {
                    bodyBroken(RequestBody.Reason.TOO_SLOW);
                }
            }
            case SKIP -> {
                if (upload.isTooSlow(nowNanos, true)) {
                    cut();
                }
            }
            case LINGER -> {
                if (inPhase > options.lingerTimeout().toNanos() && output.pendingBytes() == 0) {
                    channel.close();
                }
            }
            case ANSWER, CLOSED -> {}
        }
        if (output.isTooSlow(nowNanos)) {
            cut();
        }
    }

    /// The server shuts down.
    void drain() {
        if (phase == Phase.HEAD && input == null) {
            closeAfterWrites();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            process();
        }
    }

    /// The channel is closed.
    void closed() {
        phase = Phase.CLOSED;
        dropInput();
        loop.remove(this);
        server.connectionClosed();
        var ended = exchange;
        if (ended != null) {
            exchange = null;
            ended.body().end(new RequestBody.Next.Aborted(RequestBody.Reason.CLOSED));
            ended.over(false);
            record(ended, false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("connection from {} broke", remote, cause);
        } else {
            LOG.warn("connection from {} failed", remote, cause);
        }
        context.close();
    }
}
