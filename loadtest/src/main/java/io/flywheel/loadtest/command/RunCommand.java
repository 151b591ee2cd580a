package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.report.LiveView;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.report.Summary;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import java.io.Console;
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

    @CommandLine.Mixin
    private ReportOptions reports = new ReportOptions();

    @CommandLine.Mixin
    private ExportOptions export = new ExportOptions();

    @Option(names = "--plain", description = "Show lines instead of one that is written over.")
    private boolean plain;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            reports.check(line);
            var earlier = reports.earlier(line);
            var view = new LiveView(System.err, !plain && isTerminal());
            var run = new LocalRun(new SystemClock(), loaded.run(), loaded.source(), text -> {
                view.makeRoom();
                line.getErr().println(Printable.of(text));
            });
            try (var exports = export.open(line);
                    var _ = new StopOnSignal(run::stop)) {
                RunResult result;
                try {
                    result = run.run(exports.and(view));
                } finally {
                    view.end();
                }
                Summary.of(result).forEach(line.getOut()::println);
                line.getOut().flush();
                reports.write(result, earlier);
                return result.verdict().kind().exitCode();
            }
        });
    }

    static boolean isTerminal() {
        // There is none where standard input or output is not a terminal.
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                && !"dumb".equals(System.getenv("TERM"));
    }
}
