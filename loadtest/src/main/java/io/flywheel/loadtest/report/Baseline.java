package io.flywheel.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An earlier run, to compare with: what {@link JsonResult} wrote of it.
public final class Baseline {
    private final JsonNode document;

    private Baseline(JsonNode document) {
        this.document = document;
    }

    /// @throws IOException when it cannot be read or is no result
    public static Baseline read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no baseline " + file);
        }
        try {
            var document = JsonMapper.builder().build().readTree(Files.readString(file));
            if (document.path("version").asInt(0) != JsonResult.VERSION
                    || !document.path("transactions").isObject()) {
                throw new IOException(file + " is not a result that 'loadtest run --json' of this version wrote");
            }
            return new Baseline(document);
        } catch (JacksonException e) {
            throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// Which run it was.
    String text() {
        return "run " + document.path("run").asString("?") + " of "
                + document.path("began").asString("?") + ": "
                + document.path("verdict").asString("?");
    }

    boolean has(String series) {
        return document.path("transactions").path(series).isObject();
    }

    double perSecond(String series) {
        return series(series).path("perSecond").asDouble(0);
    }

    long failed(String series) {
        return series(series).path("failed").asLong(0);
    }

    /// @return nanoseconds, 0 where it is not known
    long latencyNanos(String series, double percentile) {
        return series(series).path("latency").path(JsonResult.name(percentile)).asLong(0);
    }

    /// A percentile over time, in nanoseconds by seconds.
    Chart.Line overTime(String series, double percentile) {
        double step = series(series).path("intervalSeconds").asDouble(1);
        var timeline = series(series).path("timeline");
        String key = JsonResult.name(percentile);
        double[] x = IntStream.range(0, timeline.size())
                .mapToDouble(i -> timeline.path(i).path("index").asLong(0) * step)
                .toArray();
        double[] y = IntStream.range(0, timeline.size())
                .mapToDouble(i -> timeline.path(i).path("ended").asLong(0) == 0
                        ? Double.NaN
                        : timeline.path(i).path("latency").path(key).asDouble(0))
                .toArray();
        return new Chart.Line(key + " of the baseline", x, y, true);
    }

    /// How long its timeline is.
    double seconds(String series) {
        var timeline = series(series).path("timeline");
        double step = series(series).path("intervalSeconds").asDouble(1);
        return timeline.isEmpty()
                ? 0
                : (timeline.path(timeline.size() - 1).path("index").asLong(0) + 1) * step;
    }

    private JsonNode series(String name) {
        return document.path("transactions").path(name);
    }
}
