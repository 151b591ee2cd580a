package io.flywheel.loadtest.command;

import io.flywheel.loadtest.report.Baseline;
import io.flywheel.loadtest.report.CsvResult;
import io.flywheel.loadtest.report.HtmlReport;
import io.flywheel.loadtest.report.JsonResult;
import io.flywheel.loadtest.report.JunitXml;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
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

    void write(RunResult result, Optional<Baseline> earlier) throws IOException {
        if (json != null) {
            JsonResult.write(result, json);
        }
        if (csv != null) {
            CsvResult.write(result, csv);
        }
        if (html != null) {
            HtmlReport.write(result, earlier, html);
        }
        if (junit != null) {
            Files.writeString(junit, JunitXml.of("loadtest", result));
        }
    }
}
