package io.flywheel.loadtest.report;

import io.flywheel.loadtest.session.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.HdrHistogram.HistogramLogWriter;

/// The latencies of a run as the log that the tools of HdrHistogram read (format 1.3): a whole histogram for each
/// transaction and part, tagged with its name. Values are nanoseconds from the intended start, the maxima beside them
/// milliseconds.
public final class HistogramLog {
    private HistogramLog() {}

    public static void write(RunResult result, Path file) throws IOException {
        ReportFile.write(file, text(result));
    }

    static String text(RunResult result) {
        var bytes = new ByteArrayOutputStream();
        var log = new HistogramLogWriter(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        long began = result.began().toEpochMilli();
        log.outputLogFormatVersion();
        log.outputComment("[run " + result.id() + "]");
        log.outputStartTime(began);
        log.outputLegend();
        result.aggregate().totals().forEach((name, series) -> {
            if (series.ended() > 0) {
                var latency = series.latency().copy();
                latency.setTag(name.replaceAll("[,\\s]", "_"));
                log.outputIntervalHistogram(began / 1e3, began / 1e3 + result.seconds(), latency);
            }
        });
        log.close();
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
