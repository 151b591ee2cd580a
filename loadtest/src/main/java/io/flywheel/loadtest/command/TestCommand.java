package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.JunitXml;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.report.ReportFile;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.session.LocalRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `loadtest test FILE`.
@Command(
        name = "test",
        description = "Runs each transaction once, one after the other: a functional test.",
        mixinStandardHelpOptions = true)
final class TestCommand extends RunFileCommand {
    @Option(names = "--junit", paramLabel = "FILE", description = "Also write the result as JUnit's XML.")
    private @Nullable Path junit;

    @Override
    void checkOptions(CommandLine line) {
        ReportOptions.check(line, "--junit", junit);
    }

    @Override
    int run(CommandLine line, Loading.Loaded loaded) throws Exception {
        var run = new LocalRun(
                new SystemClock(), loaded.run(), loaded.source(), text -> log(line.getErr(), Printable.of(text)));
        try (var _ = new StopOnSignal(run::stop, run::remains, Duration.ZERO)) {
            var result = run.runOnce(outcome -> print(outcome, line.getOut()));
            result.problems().forEach(problem -> line.getOut().println("problem  " + Printable.of(problem)));
            boolean written = ReportOptions.write(
                    line.getErr(),
                    "--junit",
                    junit,
                    file -> ReportFile.write(file, JunitXml.of("loadtest", result.outcomes(), result.problems())));
            long passed = result.outcomes().stream()
                    .filter(FunctionalRun.Outcome::passed)
                    .count();
            line.getOut()
                    .println(passed + " of " + result.outcomes().size() + " transactions passed"
                            + (result.cleaned().done() == 0
                                    ? ""
                                    : ", " + Quantities.count(result.cleaned().done()) + " cleaned up"));
            line.getOut().flush();
            if (!written) {
                return LoadtestCommand.INVALID;
            }
            return result.passed() ? 0 : LoadtestCommand.FAILED;
        }
    }

    private static void print(FunctionalRun.Outcome outcome, PrintWriter out) {
        out.println(String.format(
                Locale.ROOT,
                "%s  %-24s %9s",
                outcome.passed() ? "passed" : "FAILED",
                outcome.transaction(),
                Quantities.time(outcome.took().toNanos())));
        outcome.checks()
                .forEach(check -> out.println(
                        "          " + (check.passed() ? "ok      " : "NOT OK  ") + Printable.of(check.name())));
        if (outcome.starved()) {
            out.println("          it had no data or result to work on");
        }
        outcome.failure().ifPresent(failure -> out.println("          " + Printable.of(failure.text())));
        if (!outcome.passed() && !outcome.requestIds().isEmpty()) {
            out.println("          request " + Printable.of(String.join(", ", outcome.requestIds())));
        }
        out.flush();
    }
}
