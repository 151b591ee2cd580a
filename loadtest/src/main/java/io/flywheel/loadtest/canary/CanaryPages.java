package io.flywheel.loadtest.canary;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/// What others can ask a canary over HTTP: `/health`, how the service is (200, or 503 while an alarm is on), `/live`,
/// whether the canary itself does what it is to do, `/ready`, whether all has run once, and `/metrics` for Prometheus.
/// Nothing can be changed, and nothing is secret.
public final class CanaryPages implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Watch watch;
    private final Pulse pulse;

    /// @throws IOException when nobody can listen there
    public CanaryPages(InetSocketAddress address, Watch watch, Pulse pulse) throws IOException {
        this.watch = watch;
        this.pulse = pulse;
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().add("Allow", "GET, HEAD");
                send(exchange, 405, "text/plain", "GET only\n");
                return;
            }
            switch (exchange.getRequestURI().getPath()) {
                case "/health" -> {
                    var health = watch.health();
                    send(exchange, !"alarm".equals(health.get("status")), health);
                }
                case "/live" -> {
                    var stuck = pulse.stuck();
                    send(
                            exchange,
                            stuck.isEmpty(),
                            stuck.isEmpty() ? Map.of("status", "ok") : Map.of("status", "stuck", "stuck", stuck));
                }
                case "/ready" -> {
                    boolean ready = pulse.isReady();
                    send(exchange, ready, Map.of("status", ready ? "ready" : "starting"));
                }
                case "/metrics" -> send(exchange, 200, PROMETHEUS, watch.prometheus());
                default -> send(exchange, 404, "text/plain", "there are /health, /live, /ready and /metrics\n");
            }
        }
    }

    private static void send(HttpExchange exchange, boolean good, Map<String, Object> object) throws IOException {
        send(exchange, good ? 200 : 503, "application/json", JSON.writeValueAsString(object) + "\n");
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
