package io.flywheel.loadtest.canary;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What has been counted since the canary began, as Prometheus reads it. Not thread-safe.
final class Figures {
    private static final double[] BUCKETS_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };

    private final Map<String, Counts> counts = new TreeMap<>();
    private long teardownsFailed;
    private long cleaned;
    private long notCleaned;
    private long webhooksSent;
    private long webhooksFailed;
    private long incidents;

    private static final class Counts {
        private final long[] buckets = new long[BUCKETS_SECONDS.length];
        private long succeeded;
        private long failed;
        private long skipped;
        private double seconds;
        private Optional<Instant> lastSuccess = Optional.empty();
        private Optional<Instant> last = Optional.empty();
    }

    void add(Observation seen) {
        var one = counts.computeIfAbsent(seen.transaction(), _ -> new Counts());
        one.last = Optional.of(seen.ended());
        if (seen.outcome().failure().isEmpty() && seen.outcome().starved()) {
            one.skipped++;
            return;
        }
        if (seen.outcome().failure().isPresent()) {
            one.failed++;
        } else {
            one.succeeded++;
            one.lastSuccess = Optional.of(seen.ended());
        }
        double took = seconds(seen.outcome().took());
        one.seconds += took;
        for (int i = 0; i < BUCKETS_SECONDS.length; i++) {
            if (took <= BUCKETS_SECONDS[i]) {
                one.buckets[i]++;
            }
        }
    }

    /// The transactions were set up anew; what the last ones left is this.
    void cleaned(long done, long failed, List<String> teardownProblems) {
        cleaned += done;
        notCleaned += failed;
        teardownsFailed += teardownProblems.size();
    }

    void incident() {
        incidents++;
    }

    void webhook(boolean delivered) {
        if (delivered) {
            webhooksSent++;
        } else {
            webhooksFailed++;
        }
    }

    Optional<Instant> last(String transaction) {
        return Optional.ofNullable(counts.get(transaction)).flatMap(one -> one.last);
    }

    Optional<Instant> lastSuccess(String transaction) {
        return Optional.ofNullable(counts.get(transaction)).flatMap(one -> one.lastSuccess);
    }

    List<String> transactions() {
        return List.copyOf(counts.keySet());
    }

    /// In the text format of Prometheus, version 0.0.4.
    String prometheus(Map<String, Integer> failuresInRow, boolean alarmed) {
        var text = new StringBuilder();
        head(text, "executions_total", "counter", "Executions by how they ended.");
        counts.forEach((name, one) -> {
            line(text, "executions_total", labels(name) + ",outcome=\"success\"", one.succeeded);
            line(text, "executions_total", labels(name) + ",outcome=\"failure\"", one.failed);
            line(text, "executions_total", labels(name) + ",outcome=\"skipped\"", one.skipped);
        });
        head(text, "duration_seconds", "histogram", "How long executions took.");
        counts.forEach((name, one) -> {
            for (int i = 0; i < BUCKETS_SECONDS.length; i++) {
                line(
                        text,
                        "duration_seconds_bucket",
                        labels(name) + ",le=\"" + number(BUCKETS_SECONDS[i]) + "\"",
                        one.buckets[i]);
            }
            line(text, "duration_seconds_bucket", labels(name) + ",le=\"+Inf\"", one.succeeded + one.failed);
            line(text, "duration_seconds_sum", labels(name), one.seconds);
            line(text, "duration_seconds_count", labels(name), one.succeeded + one.failed);
        });
        head(text, "last_success_timestamp_seconds", "gauge", "When it last succeeded.");
        counts.forEach((name, one) -> one.lastSuccess.ifPresent(
                at -> line(text, "last_success_timestamp_seconds", labels(name), at.toEpochMilli() / 1e3)));
        head(text, "failures_in_row", "gauge", "Failures since the last success.");
        failuresInRow.forEach((name, row) -> line(text, "failures_in_row", labels(name), row));
        head(text, "alarm", "gauge", "1 while an alarm is on.");
        line(text, "alarm", "", alarmed ? 1 : 0);
        head(text, "incidents_total", "counter", "Alarms that were raised.");
        line(text, "incidents_total", "", incidents);
        head(text, "webhooks_total", "counter", "Alarms and recoveries told to the webhook, and not, after all tries.");
        line(text, "webhooks_total", "outcome=\"delivered\"", webhooksSent);
        line(text, "webhooks_total", "outcome=\"failed\"", webhooksFailed);
        head(text, "cleanups_total", "counter", "Results of transactions that were given back, or could not be.");
        line(text, "cleanups_total", "outcome=\"done\"", cleaned);
        line(text, "cleanups_total", "outcome=\"failed\"", notCleaned);
        head(text, "teardowns_failed_total", "counter", "Teardowns that threw.");
        line(text, "teardowns_failed_total", "", teardownsFailed);
        return text.toString();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP loadtest_canary_")
                .append(name)
                .append(' ')
                .append(help)
                .append('\n');
        text.append("# TYPE loadtest_canary_")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private static String labels(String transaction) {
        return "transaction=\""
                + transaction.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static void line(StringBuilder text, String name, String labels, long value) {
        line(text, name, labels, Long.toString(value));
    }

    private static void line(StringBuilder text, String name, String labels, double value) {
        line(text, name, labels, number(value));
    }

    private static void line(StringBuilder text, String name, String labels, String value) {
        text.append("loadtest_canary_").append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ').append(value).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.6f", value).replaceAll("0+$", "");
    }
}
