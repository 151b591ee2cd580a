package io.flywheel.loadtest.export;

import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.SeriesDelta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// What a run has counted since its warm-up, at one moment.
final class Figures {
    static final List<Double> BOUNDS_SECONDS =
            List.of(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

    private static final double NANOS = 1e9;

    private Figures() {}

    static List<Family> of(Aggregate aggregate, int inFlight) {
        var executions = new ArrayList<Family.Point>();
        var errors = new ArrayList<Family.Point>();
        var checks = new ArrayList<Family.Point>();
        var latencies = new ArrayList<Family.Point>();
        var payload = new ArrayList<Family.Point>();
        aggregate.totals().forEach((name, series) -> {
            executions(name, series, executions);
            series.errors().forEach((kind, count) -> errors.add(number(count, "transaction", name, "kind", kind)));
            series.checks().forEach((check, count) -> {
                checks.add(number(count.passed(), "transaction", name, "check", check, "outcome", "passed"));
                checks.add(number(count.failed(), "transaction", name, "check", check, "outcome", "failed"));
            });
            latencies.add(spread(series.latency(), labels("transaction", name)));
            payload.add(number(series.sentBytes(), "transaction", name, "direction", "sent"));
            payload.add(number(series.receivedBytes(), "transaction", name, "direction", "received"));
        });
        var families = new ArrayList<Family>();
        families.add(counter("loadtest.executions", "1", "Executions of transactions by how they ended.", executions));
        families.add(counter("loadtest.errors", "1", "Failed executions by the kind of the error.", errors));
        families.add(counter("loadtest.checks", "1", "Checks by whether they held.", checks));
        families.add(new Family(
                "loadtest.latency",
                Family.Kind.HISTOGRAM,
                "s",
                "Latency of executions from their intended start.",
                latencies));
        families.add(counter("loadtest.payload", "By", "Payload.", payload));
        families.add(gauge("loadtest.in_flight", "1", "Executions in flight.", List.of(number(inFlight))));
        generator(aggregate.health(), families);
        return List.copyOf(families);
    }

    private static void executions(String name, SeriesDelta series, List<Family.Point> points) {
        points.add(number(series.succeeded(), "transaction", name, "outcome", "succeeded"));
        points.add(number(series.failed(), "transaction", name, "outcome", "failed"));
        points.add(number(series.dropped(), "transaction", name, "outcome", "dropped"));
        points.add(number(series.starved(), "transaction", name, "outcome", "starved"));
    }

    private static void generator(GeneratorHealth health, List<Family> families) {
        var lag = new ArrayList<Family.Point>();
        if (health.lag().getTotalCount() > 0) {
            lag.add(number(health.lag().getValueAtPercentile(50) / NANOS, "quantile", "0.5"));
            lag.add(number(health.lag().getValueAtPercentile(99) / NANOS, "quantile", "0.99"));
        }
        families.add(gauge("loadtest.generator.lag", "s", "By how much starts were late.", lag));
        families.add(gauge(
                "loadtest.generator.processors",
                "1",
                "The share of its processors that the generator used.",
                List.of(number(health.cpuShare()))));
        families.add(counter(
                "loadtest.generator.pauses",
                "s",
                "How long garbage collection stopped the generator.",
                List.of(number(health.pauseNanos() / NANOS))));
    }

    private static Family counter(String name, String unit, String help, List<Family.Point> points) {
        return new Family(name, Family.Kind.COUNTER, unit, help, points);
    }

    private static Family gauge(String name, String unit, String help, List<Family.Point> points) {
        return new Family(name, Family.Kind.GAUGE, unit, help, points);
    }

    private static Family.Point.Value number(long value, String... labels) {
        return number((double) value, labels);
    }

    private static Family.Point.Value number(double value, String... labels) {
        return new Family.Point.Value(labels(labels), value);
    }

    /// @param words names and values by turns
    private static Map<String, String> labels(String... words) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            labels.put(words[i], words[i + 1]);
        }
        return labels;
    }

    private static Family.Point.Spread spread(Histogram latency, Map<String, String> labels) {
        var counts = new ArrayList<Long>();
        long below = 0;
        for (double bound : BOUNDS_SECONDS) {
            long until = latency.getCountBetweenValues(0, Math.round(bound * NANOS));
            counts.add(until - below);
            below = until;
        }
        long all = latency.getTotalCount();
        counts.add(all - below);
        return new Family.Point.Spread(labels, counts, all, all == 0 ? 0 : latency.getMean() * all / NANOS);
    }
}
