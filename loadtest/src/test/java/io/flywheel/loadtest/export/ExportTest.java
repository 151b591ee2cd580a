package io.flywheel.loadtest.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesRecorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ExportTest {
    private static final String HOSTILE = "a\"} 1\nb\\";

    private final Aggregate aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
    private final Delta delta = delta();

    private Delta delta() {
        var recorder = new Recorder("a");
        var get = recorder.transaction("get");
        for (int i = 0; i < 10; i++) {
            get.succeeded(new SeriesRecorder.Times(3_000_000, 2_000_000), 5, 7);
        }
        get.failed(new SeriesRecorder.Times(90_000_000_000L, 1), 0, 0, new FailureSample(1, 2, HOSTILE, "", List.of()));
        get.dropped();
        get.checked("status is 200", false);
        var taken = recorder.take(1_000_000_000, GeneratorHealth.nothing());
        aggregate.add(taken);
        return taken;
    }

    @Test
    void shouldServeWhatPrometheusReads() throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var page = new PrometheusPage(loopback);
                var http = HttpClient.newHttpClient()) {
            page.interval(aggregate, delta, 4);
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + page.address().getPort() + "/metrics"))
                    .build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(answer.body().lines())
                    .contains(
                            "# TYPE loadtest_executions_total counter",
                            "loadtest_executions_total{transaction=\"get\",outcome=\"succeeded\"} 10",
                            "loadtest_executions_total{transaction=\"get\",outcome=\"failed\"} 1",
                            "loadtest_executions_total{transaction=\"get\",outcome=\"dropped\"} 1",
                            "loadtest_errors_total{transaction=\"get\",kind=\"a\\\"} 1\\nb\\\\\"} 1",
                            "loadtest_checks_total{transaction=\"get\",check=\"status is 200\",outcome=\"failed\"} 1",
                            "loadtest_latency_seconds_bucket{transaction=\"get\",le=\"0.0025\"} 0",
                            "loadtest_latency_seconds_bucket{transaction=\"get\",le=\"0.005\"} 10",
                            "loadtest_latency_seconds_bucket{transaction=\"get\",le=\"60\"} 10",
                            "loadtest_latency_seconds_bucket{transaction=\"get\",le=\"+Inf\"} 11",
                            "loadtest_latency_seconds_count{transaction=\"get\"} 11",
                            "loadtest_payload_bytes_total{transaction=\"get\",direction=\"sent\"} 50",
                            "loadtest_in_flight 4");
            // Whatever the kind of an error looks like, a line is a name, labels and a number.
            assertThat(answer.body().lines().filter(line -> !line.startsWith("#")))
                    .allMatch(line -> line.matches("[a-z_]+(\\{([a-z]+=\"([^\"\\\\]|\\\\.)*\",?)+})? [0-9.E+-]+"));
        }
    }

    @Test
    void shouldSendTheLastFiguresToACollectorWhenItIsClosed() throws Exception {
        var received = new ConcurrentLinkedQueue<String>();
        var collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        var log = new ConcurrentLinkedQueue<String>();
        try {
            var url = URI.create("http://127.0.0.1:" + collector.getAddress().getPort() + "/");
            try (var push = new OtlpPush(new SystemClock(), url, Duration.ofHours(1), log::add)) {
                push.interval(aggregate, delta, 4);
            }
        } finally {
            collector.stop(0);
        }
        assertThat(log).isEmpty();
        assertThat(received).hasSize(1);
        var scope = JsonMapper.builder()
                .build()
                .readTree(received.element())
                .path("resourceMetrics")
                .path(0)
                .path("scopeMetrics")
                .path(0);
        var executions = metric(scope, "loadtest.executions").path("sum");
        assertThat(executions.path("isMonotonic").asBoolean()).isTrue();
        assertThat(executions.path("aggregationTemporality").asInt()).isEqualTo(2);
        assertThat(executions.path("dataPoints").path(0).path("asDouble").asDouble())
                .isEqualTo(10);
        var latency = metric(scope, "loadtest.latency")
                .path("histogram")
                .path("dataPoints")
                .path(0);
        assertThat(latency.path("count").asString()).isEqualTo("11");
        // One count more than bounds.
        assertThat(latency.path("bucketCounts").size())
                .isEqualTo(latency.path("explicitBounds").size() + 1);
        assertThat(latency.path("timeUnixNano").asString()).matches("[0-9]{19}");
    }

    @Test
    void shouldGoOnWhereNobodyCollects() {
        var log = new ConcurrentLinkedQueue<String>();
        try (var push =
                new OtlpPush(new SystemClock(), URI.create("http://127.0.0.1:1"), Duration.ofHours(1), log::add)) {
            push.interval(aggregate, delta, 4);
        }
        assertThat(log).singleElement().asString().contains("could not be sent to http://127.0.0.1:1/v1/metrics");
    }

    private static JsonNode metric(JsonNode scope, String name) {
        for (JsonNode metric : scope.path("metrics")) {
            if (metric.path("name").asString().equals(name)) {
                return metric;
            }
        }
        throw new AssertionError("no metric " + name);
    }
}
