package io.flywheel.loadtest.report;

import io.flywheel.loadtest.result.Interval;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;

/// The timeline as CSV: a line for each transaction and interval; latencies in milliseconds.
public final class CsvResult {
    static final String HEAD = "transaction,second,ended,failed,dropped,starved,sent_bytes,received_bytes,"
            + "p50_ms,p90_ms,p99_ms,p99.9_ms,max_ms";

    private CsvResult() {}

    public static void write(RunResult result, Path file) throws IOException {
        ReportFile.write(file, text(result));
    }

    static String text(RunResult result) {
        var lines = new ArrayList<String>();
        lines.add(HEAD);
        double seconds = result.aggregate().interval().toNanos() / 1e9;
        for (String name : result.aggregate().totals().keySet()) {
            for (Interval interval : result.aggregate().timeline(name)) {
                var line = new StringBuilder(quoted(name));
                line.append(String.format(
                        Locale.ROOT,
                        ",%.3f,%d,%d,%d,%d,%d,%d",
                        interval.index() * seconds,
                        interval.ended(),
                        interval.failed(),
                        interval.dropped(),
                        interval.starved(),
                        interval.sentBytes(),
                        interval.receivedBytes()));
                for (long nanos : interval.percentilesNanos()) {
                    line.append(String.format(Locale.ROOT, ",%.3f", nanos / 1e6));
                }
                lines.add(line.toString());
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9 ._()/-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
