package io.flywheel.frontend.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A listening HTTP server.
public final class HttpServer {
    private static final int RECEIVE_BYTES_MIN = 2048;

    private final HttpOptions options;
    private final Service service;
    private final ErrorRenderer errors;
    private final AccessLog log;
    private final Budget budget;
    private final AtomicInteger connections = new AtomicInteger();
    private final EventLoopGroup group;
    private final IdentityHashMap<EventLoop, Loop> loops = new IdentityHashMap<>();
    private final @Nullable SslContext tls;
    private volatile boolean draining;
    private volatile @Nullable Channel listening;

    private HttpServer(
            HttpOptions options, Service service, ErrorRenderer errors, AccessLog log, @Nullable SslContext tls) {
        this.options = options;
        this.service = service;
        this.errors = errors;
        this.log = log;
        this.tls = tls;
        budget = new Budget(options.inFlightBytesMax());
        group = new MultiThreadIoEventLoopGroup(
                options.eventLoops(),
                new DefaultThreadFactory("http"),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        group.forEach(executor -> {
            var eventLoop = (EventLoop) executor;
            loops.put(eventLoop, new Loop(options, eventLoop));
        });
    }

    /// What a start came to.
    public sealed interface Start {
        record Started(HttpServer server) implements Start {}

        /// @param reason says what is wrong and with which address or file
        record Failed(String reason) implements Start {}
    }

    /// Binds and serves. Blocks until the socket listens.
    public static Start start(HttpOptions options, Service service, ErrorRenderer errors, AccessLog log) {
        SslContext tls = null;
        if (options.tls().isPresent()) {
            var files = options.tls().get();
            try {
                tls = SslContextBuilder.forServer(
                                files.certificate().toFile(), files.key().toFile())
                        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                        .build();
            } catch (SSLException | IllegalArgumentException e) {
                return new Start.Failed("cannot use the TLS certificate " + files.certificate() + " with the key "
                        + files.key() + ": " + rootMessage(e));
            }
        }
        var server = new HttpServer(options, service, errors, log, tls);
        var future = server.bootstrap().bind(options.address()).awaitUninterruptibly();
        if (!future.isSuccess()) {
            server.stopLoops();
            return new Start.Failed("cannot listen on " + text(options.address()) + ": " + reason(future.cause()));
        }
        server.listening = future.channel();
        return new Start.Started(server);
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static String reason(Throwable cause) {
        boolean taken = cause instanceof BindException || rootMessage(cause).contains("in use");
        return taken ? rootMessage(cause) + " (is another server running there?)" : rootMessage(cause);
    }

    private static String rootMessage(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(group)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 << 10, 256 << 10))
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(RECEIVE_BYTES_MIN, RECEIVE_BYTES_MIN, options.readBytesMax()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connect(channel);
                    }
                });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing a channel that was refused: nothing is left to do after it
    private void connect(Channel channel) {
        if (connections.incrementAndGet() > options.connectionsMax() || draining) {
            connections.decrementAndGet();
            channel.close();
            return;
        }
        var loop = loops.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a connection on an unknown event loop");
        }
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        var connection = new Connection(this, options, loop, channel);
        loop.add(connection);
        channel.closeFuture().addListener(future -> connection.closed());
        channel.pipeline().addLast(connection);
    }

    Service service() {
        return service;
    }

    ErrorRenderer errors() {
        return errors;
    }

    AccessLog log() {
        return log;
    }

    Budget budget() {
        return budget;
    }

    boolean isDraining() {
        return draining;
    }

    void connectionClosed() {
        connections.decrementAndGet();
    }

    /// Where it listens, with the port that was picked.
    public InetSocketAddress address() {
        var channel = listening;
        if (channel == null) {
            throw new IllegalStateException("not listening");
        }
        return (InetSocketAddress) channel.localAddress();
    }

    /// Open connections.
    public int connections() {
        return connections.get();
    }

    /// Stops accepting, waits for requests in flight up to {@code bound}, then cuts what is left. Blocks.
    ///
    /// @return whether every request in flight was finished
    public boolean shutdown(Duration bound) {
        draining = true;
        var channel = listening;
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
        loops.forEach((eventLoop, loop) -> eventLoop.execute(loop::drain));
        long deadline = System.nanoTime() + bound.toNanos();
        while (connections.get() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        boolean finished = connections.get() == 0;
        stopLoops();
        return finished;
    }

    /// Closes what is open and ends the event loops.
    private void stopLoops() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
