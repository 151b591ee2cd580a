package io.flywheel.loadtest.http;

import io.flywheel.loadtest.http.HttpFailure.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The connections of one event loop, and the requests that wait for one. The connection used last is used next. One
/// sweep looks at all time limits, so that requests set no timers.
final class LoopPool {
    private static final long SWEEP_MILLIS = 100;
    /// It costs a system call, so services that close connections without saying so have to be found out.
    private static final int LOOKS_AT_FIRST = 64;

    private static final int LOOKS_WHEN_SEEN = 1_000;

    private final EventLoop loop;
    private final HttpClient client;
    private final Bootstrap bootstrap;
    private final int connectionsMax;
    private final AsciiBuffer head = new AsciiBuffer();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<Exchange<?>> waiting = new ArrayDeque<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private int connecting;
    private int looks = LOOKS_AT_FIRST;
    private boolean closed;

    @SuppressWarnings("FutureReturnValueIgnored") // the sweep ends with the event loop
    LoopPool(EventLoop loop, HttpClient client, Bootstrap bootstrap, int connectionsMax) {
        this.loop = loop;
        this.client = client;
        this.bootstrap = bootstrap;
        this.connectionsMax = connectionsMax;
        loop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    EventLoop loop() {
        return loop;
    }

    /// Where heads are written, one at a time.
    AsciiBuffer head() {
        return head;
    }

    /// Sends a request when there is a connection for it.
    void submit(Exchange<?> exchange) {
        if (exchange.isDone()) {
            return;
        }
        if (closed) {
            exchange.completeExceptionally(new HttpFailure(Reason.CANCELLED, "the client is closed"));
            return;
        }
        if (!exchange.wasMoved()) {
            for (Connection free = idle.pollLast(); free != null; free = idle.pollLast()) {
                if (free.isUsable()) {
                    free.start(exchange);
                    return;
                }
            }
        }
        exchange.waitsSince(System.nanoTime());
        waiting.add(exchange);
        openMore();
    }

    /// A connection has nothing to do.
    void free(Connection connection) {
        Exchange<?> next = nextWaiting();
        if (next == null) {
            idle.addLast(connection);
        } else {
            // Not at once: the answer that was read just now is still to be told.
            loop.execute(() -> {
                if (!connection.isUsable()) {
                    submit(next);
                } else if (next.isDone()) {
                    free(connection);
                } else {
                    connection.start(next);
                }
            });
        }
    }

    /// Whether to ask the system for a connection's state before it is used again.
    boolean isWary() {
        return looks > 0 && looks-- > 0;
    }

    /// The service closed a connection without having said that it would.
    void closedSilently() {
        looks = LOOKS_WHEN_SEEN;
    }

    /// A connection has ended.
    void gone(Connection connection) {
        connections.remove(connection);
        idle.remove(connection);
        openMore();
    }

    private @Nullable Exchange<?> nextWaiting() {
        Exchange<?> next = waiting.poll();
        while (next != null && next.isDone()) {
            next = waiting.poll();
        }
        return next;
    }

    private void openMore() {
        while (!closed && connecting < waiting.size() && connections.size() + connecting < connectionsMax) {
            connecting++;
            var _ = client.names()
                    .next()
                    .whenComplete((address, failure) -> loop.execute(() -> {
                        if (address == null) {
                            notConnected(new HttpFailure(
                                    Reason.CONNECT,
                                    "no address of " + client.endpoint().host(),
                                    failure));
                        } else {
                            connect(address);
                        }
                    }));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the listener is what is done with it
    private void connect(InetAddress address) {
        bootstrap
                .clone(loop)
                .connect(new InetSocketAddress(address, client.endpoint().port()))
                .addListener(future -> {
                    if (loop.inEventLoop()) {
                        ended((ChannelFuture) future);
                    } else {
                        // Where there was no channel, for want of a file handle, no loop has taken it yet.
                        loop.execute(() -> ended((ChannelFuture) future));
                    }
                });
    }

    /// An attempt to connect has.
    @SuppressWarnings("FutureReturnValueIgnored") // the listener is what is done with it
    private void ended(ChannelFuture attempt) {
        Channel channel = attempt.channel();
        SslHandler tls = attempt.isSuccess() ? channel.pipeline().get(SslHandler.class) : null;
        if (!attempt.isSuccess()) {
            notConnected(connectFailure(attempt.cause()));
        } else if (tls == null) {
            connected(channel);
        } else {
            tls.handshakeFuture().addListener(handshake -> {
                if (handshake.isSuccess()) {
                    connected(channel);
                } else {
                    channel.close();
                    Throwable cause = handshake.cause();
                    notConnected(new HttpFailure(Reason.TLS, String.valueOf(cause.getMessage()), cause));
                }
            });
        }
    }

    private HttpFailure connectFailure(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        Reason reason = cause instanceof io.netty.channel.ConnectTimeoutException
                ? Reason.TIMEOUT
                : cause instanceof ConnectException && message.contains("refused") ? Reason.REFUSED : Reason.CONNECT;
        return new HttpFailure(reason, message, cause);
    }

    private void connected(Channel channel) {
        connecting--;
        var connection = new Connection(this, channel);
        channel.pipeline().addLast(connection);
        connections.add(connection);
        if (closed || !channel.isActive()) {
            connection.close();
            return;
        }
        Exchange<?> next = nextWaiting();
        if (next == null) {
            idle.addLast(connection);
        } else {
            connection.start(next);
        }
    }

    /// The request that waits longest has failed.
    private void notConnected(HttpFailure failure) {
        connecting--;
        Exchange<?> first = nextWaiting();
        if (first != null) {
            first.completeExceptionally(failure);
        }
        openMore();
    }

    private void sweep() {
        long now = System.nanoTime();
        ClientOptions options = client.options();
        for (Connection connection : new ArrayList<>(connections)) {
            connection.sweep(
                    now, options.quietTimeout().toNanos(), options.idleTimeout().toNanos());
        }
        long patience = options.connectTimeout().toNanos() + TimeUnit.SECONDS.toNanos(1);
        for (Exchange<?> first = waiting.peek();
                first != null && now - first.sinceNanos() > patience;
                first = waiting.peek()) {
            waiting.remove();
            first.completeExceptionally(new HttpFailure(
                    Reason.NO_CONNECTION, connections.size() + " of " + connectionsMax + " connections are in use"));
        }
    }

    /// Ends everything.
    void close() {
        closed = true;
        for (Connection connection : new ArrayList<>(connections)) {
            connection.cut();
        }
        for (Exchange<?> next = waiting.poll(); next != null; next = waiting.poll()) {
            next.completeExceptionally(new HttpFailure(Reason.CANCELLED, "the client is closed"));
        }
    }
}
