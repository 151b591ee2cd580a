package io.flywheel.loadtest.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Sends requests to one service. A request that is sent from one of the client's own threads (where answers are
/// received) stays on it: chains of requests cost no change of threads.
public final class HttpClient implements AutoCloseable {
    private static final int READS_AT_ONCE = 16;

    private final Endpoint endpoint;
    private final ClientOptions options;
    private final Names names;
    private final EventLoopGroup group;
    private final BusyTime busy;
    private final List<LoopPool> pools = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /// @throws IllegalArgumentException when the trusted authorities cannot be read
    public HttpClient(Endpoint endpoint, ClientOptions options) {
        this.endpoint = endpoint;
        this.options = options;
        this.names = new Names(endpoint.host());
        SslContext tls = endpoint.tls() ? tls(options.trust()) : null;
        boolean epoll = Epoll.isAvailable();
        busy = new BusyTime(epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        group = new MultiThreadIoEventLoopGroup(
                options.threads(), new DefaultThreadFactory("loadtest-http", true), busy);
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(options.connectTimeout().toMillis(), Integer.MAX_VALUE))
                // It gives the buffer that was used last, which is still in the processor's cache.
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        // While reads fill their buffers the next follows without asking whether there is more.
                        new AdaptiveRecvByteBufAllocator(1024, 4096, WakeMark.BYTES).maxMessagesPerRead(READS_AT_ONCE))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(128 * 1024, 256 * 1024))
                .handler(new Initializer(tls));
        int each = (options.connectionsMax() + options.threads() - 1) / options.threads();
        for (int i = 0; i < options.threads(); i++) {
            pools.add(new LoopPool(group.next(), this, bootstrap, each));
        }
    }

    private static SslContext tls(ClientOptions.Trust trust) {
        SslContextBuilder builder = SslContextBuilder.forClient();
        try {
            return switch (trust) {
                case ClientOptions.Trust.Installed() -> builder.build();
                case ClientOptions.Trust.Authorities(var pem) ->
                    builder.trustManager(pem.toFile()).build();
                case ClientOptions.Trust.Anybody() ->
                    builder.trustManager(InsecureTrustManagerFactory.INSTANCE)
                            .endpointIdentificationAlgorithm(null)
                            .build();
            };
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        private final @Nullable SslContext tls;

        Initializer(@Nullable SslContext tls) {
            this.tls = tls;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (tls != null) {
                SslHandler handler = tls.newHandler(channel.alloc(), endpoint.host(), endpoint.port());
                handler.setHandshakeTimeoutMillis(options.connectTimeout().toMillis());
                channel.pipeline().addLast(handler);
            }
        }
    }

    /// Sends a request.
    ///
    /// @return completed with what the receiver makes of the answer, on the event loop; or exceptionally with an
    ///     {@link HttpFailure} or with what the receiver throws. Cancelling it, but not a stage that is made of
    ///     it, ends the exchange and closes its connection
    public <T> CompletableFuture<T> send(Request request, Receiver<T> receiver) {
        LoopPool own = ownPool();
        LoopPool pool = own != null ? own : nextPool();
        var exchange = new Exchange<>(request, receiver, pool);
        if (own != null) {
            pool.submit(exchange);
        } else {
            pool.loop().execute(() -> pool.submit(exchange));
        }
        return exchange;
    }

    /// Where exchanges are carried.
    public Loops loops() {
        return new Loops() {
            @Override
            public void execute(Runnable work) {
                if (ownPool() != null) {
                    work.run();
                } else {
                    nextPool().loop().execute(work);
                }
            }

            @Override
            public long busyNanos() {
                return busy.busiestNanos();
            }
        };
    }

    private LoopPool nextPool() {
        return pools.get(Math.floorMod(turn.getAndIncrement(), pools.size()));
    }

    private @Nullable LoopPool ownPool() {
        for (LoopPool pool : pools) {
            if (pool.loop().inEventLoop()) {
                return pool;
            }
        }
        return null;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    ClientOptions options() {
        return options;
    }

    Names names() {
        return names;
    }

    /// Ends all connections; what is on its way fails. Returns before its threads have ended.
    @Override
    public void close() {
        for (LoopPool pool : pools) {
            pool.loop().execute(pool::close);
        }
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
