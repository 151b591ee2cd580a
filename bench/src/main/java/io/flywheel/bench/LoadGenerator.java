package io.flywheel.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/// A closed loop: each connection sends its next request when the last one is answered. Every answer must be a
/// success.
final class LoadGenerator implements AutoCloseable {
    private static final int RECEIVE_BYTES_MAX = 1 << 20;

    private final MultiThreadIoEventLoopGroup group;

    /// @param threads event loops of the client; few, as server and client share the cores
    LoadGenerator(int threads) {
        this.group = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
    }

    /// The load on one server.
    ///
    /// @param requests what each connection sends in turn
    record Load(int connections, IntFunction<Supplier<Request>> requests) {
        /// Every connection sends the same again and again.
        static Load of(int connections, Request request) {
            return new Load(connections, _ -> () -> request);
        }
    }

    /// Runs for {@code duration}; the requests in flight at its end are waited for and counted, with the CPU time they
    /// cost.
    Sample run(ServerProcess server, Load load, Duration duration) throws Exception {
        long end = System.nanoTime() + duration.toNanos();
        return run(server, load, (_) -> System.nanoTime() < end);
    }

    /// Runs until each connection has sent {@code requests}.
    Sample run(ServerProcess server, Load load, long requests) throws Exception {
        return run(server, load, sent -> sent < requests);
    }

    private Sample run(ServerProcess server, Load load, LongPredicate more) throws Exception {
        double cpuBefore = server.cpuSeconds();
        long begin = System.nanoTime();
        var connections = start(server, load, more);
        var latency = new Histogram(2);
        long operations = 0;
        long bytes = 0;
        for (var connection : connections) {
            var sample = connection.result().get();
            latency.add(sample.latencyMicros());
            operations += sample.operations();
            bytes += sample.bytes();
        }
        double wallSeconds = (System.nanoTime() - begin) / 1e9;
        return new Sample(operations, bytes, server.cpuSeconds() - cpuBefore, wallSeconds, latency);
    }

    private List<Connection> start(ServerProcess server, Load load, LongPredicate more) {
        var connections = new ArrayList<Connection>();
        for (int i = 0; i < load.connections(); i++) {
            var connection = new Connection(load.requests().apply(i), more);
            connections.add(connection);
            var _ = connect(server, connection);
        }
        return connections;
    }

    /// Sends one request on each connection and returns while they are under way.
    List<Connection> begin(ServerProcess server, Load load) {
        return start(server, load, sent -> sent < 1);
    }

    /// Opens connections that send {@code first} and then nothing more, and stay open until closed.
    List<Channel> idle(ServerProcess server, int connections, Request first) throws Exception {
        var channels = new ArrayList<Channel>();
        for (int i = 0; i < connections; i++) {
            var connection = new Connection(() -> first, sent -> sent < 1).keepOpen();
            channels.add(connect(server, connection).sync().channel());
            connection.result().get();
        }
        return channels;
    }

    private ChannelFuture connect(ServerProcess server, Connection connection) {
        var future = new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(512 << 10, 2 << 20))
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(1024, 8192, RECEIVE_BYTES_MAX))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(connection);
                    }
                })
                .connect("127.0.0.1", server.port());
        var _ = future.addListener(done -> {
            if (!done.isSuccess()) {
                connection.result().completeExceptionally(done.cause());
            }
        });
        return future;
    }

    @Override
    public void close() {
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
