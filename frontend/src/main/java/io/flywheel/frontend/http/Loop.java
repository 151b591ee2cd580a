package io.flywheel.frontend.http;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the connections of one event loop share; used only on it. One periodic sweep checks every time limit of every
/// connection, so that requests set no timers.
final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    final HttpOptions options;
    final HeadWriter heads = new HeadWriter();
    final RequestParser parser;

    /// The head being parsed; with room past its end for the parser to look at.
    final byte[] scratch;

    private final SplittableRandom requestIds = new SplittableRandom();
    private final Set<Connection> connections = new LinkedHashSet<>();

    @SuppressWarnings("FutureReturnValueIgnored") // the sweep ends with the event loop
    Loop(HttpOptions options, EventLoop eventLoop) {
        this.options = options;
        parser = new RequestParser(options.requestLineBytesMax(), options.headerFieldsMax());
        scratch = new byte[options.headBytesMax() + 64];
        long nanos = sweepNanos(options);
        eventLoop.scheduleWithFixedDelay(this::sweep, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /// A quarter of the shortest limit, at most a second.
    private static long sweepNanos(HttpOptions options) {
        long nanos = TimeUnit.SECONDS.toNanos(1);
        for (Duration limit : new Duration[] {
            options.idleTimeout(), options.headTimeout(), options.rateWindow(), options.lingerTimeout()
        }) {
            nanos = Math.min(nanos, limit.toNanos() / 4);
        }
        return Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1));
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Connection connection : new ArrayList<>(connections)) {
            try {
                connection.sweep(now);
            } catch (RuntimeException e) {
                // One connection's fault must not end the sweep of all others.
                LOG.error("a connection cannot be checked", e);
                connection.cut();
            }
        }
    }

    /// Ends every connection that waits for a request, and all others after their response.
    void drain() {
        for (Connection connection : new ArrayList<>(connections)) {
            connection.drain();
        }
    }

    /// 16 upper-case hexadecimal digits.
    String requestId() {
        long bits = requestIds.nextLong();
        char[] digits = new char[16];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = HEX[(int) (bits >>> (i * 4)) & 15];
        }
        return new String(digits);
    }
}
