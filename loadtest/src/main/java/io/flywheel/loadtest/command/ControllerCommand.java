package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.fleet.FleetController;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.LiveView;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.report.Summary;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `loadtest controller FILE`.
@Command(
        name = "controller",
        description = "Runs a load test on many agents. Ctrl-C ends it with the result until then; one that was killed"
                + " goes on with its run when it is started again.",
        mixinStandardHelpOptions = true)
final class ControllerCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private RunFileOption option = new RunFileOption();

    @CommandLine.Mixin
    private ReportOptions reports = new ReportOptions();

    @CommandLine.Mixin
    private ExportOptions export = new ExportOptions();

    @Option(names = "--plain", description = "Show lines instead of one that is written over.")
    private boolean plain;

    @Option(names = "--agents", paramLabel = "N", required = true, description = "The run begins when so many joined.")
    private int agents;

    @CommandLine.Mixin
    private FleetOption fleet = new FleetOption();

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            reports.check(line);
            var earlier = reports.earlier(line);
            var address = fleet.address(line);
            var view = new LiveView(System.err, !plain && RunCommand.isTerminal());
            try (var exports = export.open(line);
                    var controller = open(line, loaded, address, view);
                    var _ = new StopOnSignal(controller::stop)) {
                FleetOption.invite(
                        line.getErr(), address.getHostString(), controller.port(), controller.token(), agents);
                FleetController.Outcome outcome;
                try {
                    outcome = controller.run(new Crew(line.getErr(), view, exports.and(view)));
                } finally {
                    view.end();
                }
                var result = outcome.result();
                Summary.of(result).forEach(line.getOut()::println);
                line.getOut().println("agents       " + outcome.fleet().agentsInWords());
                line.getOut().flush();
                int exitCode = reports.write(line.getErr(), result, earlier);
                controller.forget();
                return exitCode;
            }
        });
    }

    private FleetController open(CommandLine line, Loading.Loaded loaded, InetSocketAddress address, LiveView view) {
        try {
            return new FleetController(
                    new SystemClock(), fleet.options(line, agents), loaded, fleet.folder(), address, text -> {
                        view.makeRoom();
                        line.getErr().println(Printable.of(text));
                    });
        } catch (IOException | UncheckedIOException e) {
            throw FleetOption.cannotStart(line, e);
        }
    }

    /// Says who takes part, beside what others show.
    private static final class Crew implements FleetController.Watcher {
        private final PrintWriter error;
        private final LiveView view;
        private final LocalRun.Watcher others;
        private int known = -1;

        Crew(PrintWriter error, LiveView view, LocalRun.Watcher others) {
            this.error = error;
            this.view = view;
            this.others = others;
        }

        @Override
        public void gathering(int joined, int wanted) {
            say(joined, joined + " of " + wanted + " agents have joined");
        }

        @Override
        public void running(int agents, int began) {
            say(agents, agents + " of " + began + " agents take part");
        }

        private void say(int agents, String text) {
            if (agents != known) {
                known = agents;
                view.makeRoom();
                error.println(text);
                error.flush();
            }
        }

        @Override
        public void began(RunFile file) {
            others.began(file);
        }

        @Override
        public void interval(Aggregate soFar, Delta latest, int inFlight) {
            others.interval(soFar, latest, inFlight);
        }
    }
}
