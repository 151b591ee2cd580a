package io.flywheel.loadtest.canary;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Gets what a webhook is told.
final class AlarmReceiver implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final LinkedBlockingQueue<JsonNode> notices = new LinkedBlockingQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean refused;

    /// @param refusals so many calls are answered with an error first
    AlarmReceiver(int refusals) throws IOException {
        this.refusals.set(refusals);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                boolean refused = this.refusals.getAndDecrement() > 0;
                if (!refused) {
                    notices.add(JSON.readTree(body));
                }
                exchange.sendResponseHeaders(refused ? 500 : 204, -1);
                this.refused |= refused;
            }
        });
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    /// The next notice; waits for it.
    JsonNode next() throws InterruptedException {
        JsonNode next = notices.poll(2, TimeUnit.MINUTES);
        if (next == null) {
            throw new AssertionError("nothing was told");
        }
        return next;
    }

    /// Whether a call was answered with an error.
    boolean hasRefused() {
        return refused;
    }

    boolean isEmpty() {
        return notices.isEmpty();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
