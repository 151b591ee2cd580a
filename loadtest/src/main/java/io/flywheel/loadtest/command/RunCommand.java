package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.report.Baseline;
import io.flywheel.loadtest.report.CsvResult;
import io.flywheel.loadtest.report.HtmlReport;
import io.flywheel.loadtest.report.JsonResult;
import io.flywheel.loadtest.report.JunitXml;
import io.flywheel.loadtest.report.LiveView;
import io.flywheel.loadtest.report.Summary;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `loadtest run FILE`.
@Command(
        name = "run",
        description = "Runs a load test. Ctrl-C ends it with the result until then.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private RunFileOption option = new RunFileOption();

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

    @Option(names = "--plain", description = "Show lines instead of one that is written over.")
    private boolean plain;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            checkReports(line);
            var earlier = earlier(line);
            var run = new LocalRun(new SystemClock(), loaded.run(), loaded.source(), line.getErr()::println);
            try (var _ = new StopOnSignal(run::stop)) {
                var view = new LiveView(System.err, !plain && isTerminal());
                RunResult result;
                try {
                    result = run.run(view);
                } finally {
                    view.end();
                }
                Summary.of(result).forEach(line.getOut()::println);
                line.getOut().flush();
                write(result, earlier);
                return result.verdict().kind().exitCode();
            }
        });
    }

    private static boolean isTerminal() {
        // There is none where standard input or output is not a terminal.
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /// So that nobody hears after an hour that a result has no place.
    private void checkReports(CommandLine line) {
        Map<String, Path> files = new LinkedHashMap<>();
        note(files, "--json", json);
        note(files, "--csv", csv);
        note(files, "--junit", junit);
        note(files, "--html", html);
        files.forEach((name, file) -> {
            Path folder = file.toAbsolutePath().getParent();
            if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
                throw new CommandLine.ParameterException(
                        line, name + ": " + file + " cannot be written: its folder must exist, and it must be a file");
            }
        });
        if (baseline != null && html == null) {
            throw new CommandLine.ParameterException(line, "--baseline is for the page of --html, which is missing");
        }
    }

    private static void note(Map<String, Path> files, String name, @Nullable Path file) {
        if (file != null) {
            files.put(name, file);
        }
    }

    private Optional<Baseline> earlier(CommandLine line) {
        if (baseline == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Baseline.read(baseline));
        } catch (IOException e) {
            throw new CommandLine.ParameterException(line, "--baseline: " + e.getMessage(), e);
        }
    }

    private void write(RunResult result, Optional<Baseline> earlier) throws IOException {
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
