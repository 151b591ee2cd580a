package io.flywheel.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/// What {@code /-/metrics} shows; docs/operations.md lists the names. Counting a request costs well under a microsecond
/// and never waits; everything that must be asked for is asked only when somebody looks.
final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final Counter requests = Counter.builder()
            .name("flywheel_requests_total")
            .help("Requests answered, by operation and status; status 0 is a connection that broke before an answer.")
            .labelNames("operation", "status")
            .register(registry);
    private final Histogram durations = Histogram.builder()
            .name("flywheel_request_duration_seconds")
            .help("Time from a complete head to the end of the answer.")
            .unit(Unit.SECONDS)
            .labelNames("operation")
            .classicOnly()
            .classicUpperBounds(.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 60)
            .register(registry);
    private final Counter bytes = Counter.builder()
            .name("flywheel_body_bytes_total")
            .help("Bytes of bodies received and sent.")
            .labelNames("direction")
            .register(registry);
    private final Counter refused = Counter.builder()
            .name("flywheel_refused_requests_total")
            .help("What was no valid request, by the error's code.")
            .labelNames("code")
            .register(registry);

    Metrics() {
        gauge("flywheel_requests_in_flight", "Requests begun and not ended.", () -> begun.sum() - ended.sum());
        process();
    }

    void requestBegun() {
        begun.increment();
    }

    /// @param operation from a bounded set
    void requestEnded(String operation, int status, long bytesIn, long bytesOut, long durationNanos) {
        ended.increment();
        requests.labelValues(operation, Integer.toString(status)).inc();
        durations.labelValues(operation).observe(durationNanos / 1e9);
        bytes.labelValues("in").inc(bytesIn);
        bytes.labelValues("out").inc(bytesOut);
    }

    void requestRefused(String code) {
        refused.labelValues(code).inc();
    }

    /// Requests that were begun and have not ended.
    long requestsInFlight() {
        return begun.sum() - ended.sum();
    }

    /// A value that is asked for when somebody looks.
    void gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /// Values with labels, asked for when somebody looks.
    void gauges(String name, String help, List<String> labels, Consumer<GaugeWithCallback.Callback> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(labels.toArray(String[]::new))
                .callback(values)
                .register(registry);
    }

    private void process() {
        gauge("jvm_memory_heap_used_bytes", "Heap in use.", () -> {
            var runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        });
        gauge(
                "jvm_memory_heap_max_bytes",
                "The largest the heap may become.",
                () -> Runtime.getRuntime().maxMemory());
        gauge("jvm_memory_direct_used_bytes", "Direct buffers in use.", () -> {
            double used = 0;
            for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                used += pool.getMemoryUsed();
            }
            return used;
        });
        gauge(
                "jvm_threads",
                "Platform threads.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        CounterWithCallback.builder()
                .name("jvm_gc_seconds_total")
                .help("Time spent collecting garbage.")
                .callback(callback -> {
                    double millis = 0;
                    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                        millis += collector.getCollectionTime();
                    }
                    callback.call(millis / 1000);
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("process_cpu_seconds_total")
                .help("Processor time of the process.")
                .callback(callback -> ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .ifPresent(time -> callback.call(time.toNanos() / 1e9)))
                .register(registry);
        double startedSeconds = System.currentTimeMillis() / 1000.0;
        gauge("process_start_time_seconds", "When the process started, Unix time.", () -> startedSeconds);
    }

    /// Everything in Prometheus's text format.
    byte[] text() {
        var text = new ByteArrayOutputStream(16 << 10);
        try {
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    String contentType() {
        return PrometheusTextFormatWriter.CONTENT_TYPE;
    }
}
