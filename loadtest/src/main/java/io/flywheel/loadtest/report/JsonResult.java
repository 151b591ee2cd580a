package io.flywheel.loadtest.report;

import io.flywheel.loadtest.result.Interval;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.Rates;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A result as one JSON document. Times are nanoseconds unless their name says otherwise; percentiles are of the
/// latency from the intended start.
public final class JsonResult {
    /// Raised when a field changes its meaning.
    static final int VERSION = 1;

    static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 99.99, 100};
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonResult() {}

    public static void write(RunResult result, Path file) throws IOException {
        ReportFile.write(file, text(result));
    }

    static String text(RunResult result) {
        return MAPPER.writeValueAsString(document(result)) + "\n";
    }

    private static Map<String, Object> document(RunResult result) {
        var document = new LinkedHashMap<String, Object>();
        document.put("version", VERSION);
        document.put("run", result.id());
        document.put("file", result.file().file().toString());
        document.put("target", result.file().target());
        document.put("seed", result.file().seed());
        document.put("began", result.began().toString());
        document.put("seconds", result.seconds());
        document.put("stopped", result.stopped());
        document.put("verdict", result.verdict().kind().name());
        document.put("reasons", result.verdict().reasons());
        document.put(
                "thresholds",
                result.verdict().outcomes().stream()
                        .map(outcome -> Map.of(
                                "threshold", outcome.threshold().text(),
                                "measured", outcome.measured(),
                                "held", outcome.held()))
                        .toList());
        var series = new LinkedHashMap<String, Object>();
        result.aggregate().totals().forEach((name, counts) -> series.put(name, series(result, name, counts)));
        document.put("transactions", series);
        document.put("all", counts(result.aggregate().all(), result.aggregate().rates(Optional.empty())));
        document.put("generator", generator(result));
        document.put(
                "cleaned",
                Map.of(
                        "done",
                        result.cleaned().done(),
                        "failed",
                        result.cleaned().failed()));
        document.put("problems", result.problems());
        return document;
    }

    private static Map<String, Object> series(RunResult result, String name, SeriesDelta counts) {
        var fields = counts(counts, result.aggregate().rates(Optional.of(name)));
        fields.put("errors", counts.errors());
        fields.put("checks", counts.checks());
        fields.put("samples", counts.samples());
        fields.put("intervalSeconds", result.aggregate().interval().toNanos() / 1e9);
        var timeline = new ArrayList<Map<String, Object>>();
        for (Interval interval : result.aggregate().timeline(name)) {
            timeline.add(interval(interval));
        }
        fields.put("timeline", timeline);
        return fields;
    }

    private static Map<String, Object> interval(Interval interval) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("index", interval.index());
        fields.put("ended", interval.ended());
        fields.put("failed", interval.failed());
        fields.put("dropped", interval.dropped());
        fields.put("latency", named(Interval.PERCENTILES, interval.percentilesNanos()));
        return fields;
    }

    private static Map<String, Object> counts(SeriesDelta counts, Rates rates) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("succeeded", counts.succeeded());
        fields.put("failed", counts.failed());
        fields.put("dropped", counts.dropped());
        fields.put("starved", counts.starved());
        fields.put("perSecond", rates.succeeded());
        fields.put("sentBytes", counts.sentBytes());
        fields.put("receivedBytes", counts.receivedBytes());
        if (counts.ended() > 0) {
            fields.put("latency", percentiles(counts.latency()));
            fields.put("service", percentiles(counts.service()));
        }
        return fields;
    }

    private static Map<String, Object> percentiles(Histogram histogram) {
        var fields = new LinkedHashMap<String, Object>();
        for (double percentile : PERCENTILES) {
            fields.put(name(percentile), histogram.getValueAtPercentile(percentile));
        }
        fields.put("mean", Math.round(histogram.getMean()));
        return fields;
    }

    private static Map<String, Object> named(List<Double> percentiles, long[] nanos) {
        var fields = new LinkedHashMap<String, Object>();
        for (int i = 0; i < nanos.length; i++) {
            fields.put(name(percentiles.get(i)), nanos[i]);
        }
        return fields;
    }

    static String name(double percentile) {
        return percentile == 100 ? "max" : "p" + Quantities.number(percentile);
    }

    private static Map<String, Object> generator(RunResult result) {
        var health = result.aggregate().health();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("lag", percentiles(health.lag()));
        fields.put("processorShare", health.cpuShare());
        fields.put("machineBusy", health.machineBusy());
        fields.put("pauseNanos", health.pauseNanos());
        fields.put("pauseNanosMax", health.pauseNanosMax());
        fields.put("inFlightMax", health.inFlightMax());
        fields.put("files", health.files());
        fields.put("filesLimit", health.filesLimit());
        fields.put("refusals", health.refusals());
        return fields;
    }
}
