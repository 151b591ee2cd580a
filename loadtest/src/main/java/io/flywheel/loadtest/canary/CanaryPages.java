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
/// whether the canary itself runs, and `/metrics` for Prometheus. Nothing can be changed, and nothing is secret.
public final class CanaryPages implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Watch watch;

    /// @throws IOException when nobody can listen there
    public CanaryPages(InetSocketAddress address, Watch watch) throws IOException {
        this.watch = watch;
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
                    boolean alarmed = "alarm".equals(health.get("status"));
                    send(exchange, alarmed ? 503 : 200, "application/json", JSON.writeValueAsString(health) + "\n");
                }
                case "/live" ->
                    send(exchange, 200, "application/json", JSON.writeValueAsString(Map.of("status", "ok")) + "\n");
                case "/metrics" -> send(exchange, 200, PROMETHEUS, watch.prometheus());
                default -> send(exchange, 404, "text/plain", "there are /health, /live and /metrics\n");
            }
        }
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
