package io.flywheel.loadtest.command;

import io.flywheel.loadtest.report.Baseline;
import io.flywheel.loadtest.report.CsvResult;
import io.flywheel.loadtest.report.HistogramLog;
import io.flywheel.loadtest.report.HtmlReport;
import io.flywheel.loadtest.report.JsonResult;
import io.flywheel.loadtest.report.JunitXml;
import io.flywheel.loadtest.report.ReportFile;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// Where else the result of a load run is written.
final class ReportOptions {
    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
    private @Nullable Path json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Also write the timeline as CSV.")
    private @Nullable Path csv;

    @Option(names = "--junit", paramLabel = "FILE", description = "Also write the thresholds as JUnit's XML.")
    private @Nullable Path junit;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a report as one HTML page.")
    private @Nullable Path html;

    @Option(
            names = "--hlog",
            paramLabel = "FILE",
            description = "Also write the latencies as a log that HdrHistogram's tools read.")
    private @Nullable Path hlog;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "What --json wrote of an earlier run, to compare with in the HTML page.")
    private @Nullable Path baseline;

    /// So that nobody hears after an hour that a result has no place.
    void check(CommandLine line) {
        check(line, "--json", json);
        check(line, "--csv", csv);
        check(line, "--junit", junit);
        check(line, "--html", html);
        check(line, "--hlog", hlog);
        if (baseline != null && html == null) {
            throw new CommandLine.ParameterException(line, "--baseline is for the page of --html, which is missing");
        }
    }

    /// @param file where a report is to go, or none
    static void check(CommandLine line, String option, @Nullable Path file) {
        if (file == null) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
            throw new CommandLine.ParameterException(
                    line, option + ": " + file + " cannot be written: its folder must exist, and it must be a file");
        }
    }

    /// What to compare with.
    Optional<Baseline> earlier(CommandLine line) {
        if (baseline == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Baseline.read(baseline));
        } catch (IOException e) {
            throw new CommandLine.ParameterException(line, "--baseline: " + e.getMessage(), e);
        }
    }

    /// Writes what can be written; one that cannot does not keep the others from it.
    ///
    /// @param error hears what could not be written and why
    /// @return the exit code of the run
    int write(PrintWriter error, RunResult result, Optional<Baseline> earlier) {
        boolean all = write(error, "--json", json, file -> JsonResult.write(result, file));
        all &= write(error, "--csv", csv, file -> CsvResult.write(result, file));
        all &= write(error, "--html", html, file -> HtmlReport.write(result, earlier, file));
        all &= write(error, "--hlog", hlog, file -> HistogramLog.write(result, file));
        all &= write(error, "--junit", junit, file -> ReportFile.write(file, JunitXml.of("loadtest", result)));
        return all ? result.verdict().kind().exitCode() : LoadtestCommand.INVALID;
    }

    /// Writes one kind of report.
    interface Report {
        void write(Path file) throws IOException;
    }

    /// @return false when it could not be written, which was said
    static boolean write(PrintWriter error, String option, @Nullable Path file, Report report) {
        if (file == null) {
            return true;
        }
        try {
            report.write(file);
            return true;
        } catch (IOException | RuntimeException e) {
            error.println("flywheel: " + option + ": " + file + " could not be written: " + e);
            error.flush();
            return false;
        }
    }
}
