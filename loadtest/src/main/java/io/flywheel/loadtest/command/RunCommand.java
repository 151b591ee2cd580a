package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.LiveView;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.report.Summary;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import java.io.Console;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `loadtest run FILE`.
@Command(
        name = "run",
        description = "Runs a load test. Ctrl-C ends it with the result until then.",
        mixinStandardHelpOptions = true)
final class RunCommand extends RunFileCommand {
    @CommandLine.Mixin
    private ReportOptions reports = new ReportOptions();

    @CommandLine.Mixin
    private ExportOptions export = new ExportOptions();

    @Option(names = "--plain", description = "Show lines instead of one that is written over.")
    private boolean plain;

    @Override
    void checkOptions(CommandLine line) {
        reports.check(line);
    }

    @Override
    int run(CommandLine line, Loading.Loaded loaded) throws Exception {
        var earlier = reports.earlier(line);
        var view = new LiveView(System.err, !plain && isTerminal());
        var run = new LocalRun(new SystemClock(), loaded.run(), loaded.source(), text -> {
            view.makeRoom();
            log(line.getErr(), Printable.of(text));
        });
        // Outermost: the process ends when it is closed.
        try (var _ = new StopOnSignal(
                        run::stop, run::remains, loaded.run().load().drain());
                var exports = export.open(line)) {
            RunResult result;
            try {
                result = run.run(exports.and(view));
            } finally {
                view.end();
            }
            Summary.of(result).forEach(line.getOut()::println);
            line.getOut().flush();
            return reports.write(line.getErr(), result, earlier);
        }
    }

    static boolean isTerminal() {
        // There is none where standard input or output is not a terminal.
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                && !"dumb".equals(System.getenv("TERM"));
    }
}
