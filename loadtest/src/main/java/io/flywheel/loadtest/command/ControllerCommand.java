package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.fleet.Coordination;
import io.flywheel.loadtest.fleet.FleetController;
import io.flywheel.loadtest.fleet.FleetOptions;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.Summary;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.SeriesDelta;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
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

    @Option(names = "--agents", paramLabel = "N", required = true, description = "The run begins when so many joined.")
    private int agents;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:7411",
            description = "Where agents join (default: ${DEFAULT-VALUE}).")
    private String listen = "0.0.0.0:7411";

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            defaultValue = ".loadtest-controller",
            description = "Its key, its token and the run until it is over (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of(".loadtest-controller");

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "An agent that does not hear the controller for so long stops sending; the controller gives"
                    + " it up after half of it (default: ${DEFAULT-VALUE}).")
    private double patience = 5;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            reports.check(line);
            var earlier = reports.earlier(line);
            var address = HostPort.parse(listen)
                    .orElseThrow(() -> new CommandLine.ParameterException(
                            line, "--listen: '" + listen + "' is not such as 0.0.0.0:7411"));
            try (var controller = open(line, loaded, address);
                    var _ = new StopOnSignal(controller::stop)) {
                invite(line.getErr(), controller, address);
                var outcome = controller.run(new Lines(line.getErr()));
                var result = outcome.result();
                Summary.of(result).forEach(line.getOut()::println);
                line.getOut().flush();
                reports.write(result, earlier);
                controller.forget();
                return result.verdict().kind().exitCode();
            }
        });
    }

    private FleetController open(CommandLine line, Loading.Loaded loaded, InetSocketAddress address) {
        if (patience < 0.1 || patience > 3_600) {
            throw new CommandLine.ParameterException(line, "--patience: 0.1 to 3600 seconds");
        }
        try {
            var wait = Duration.ofNanos(Math.round(patience * 1e9));
            return new FleetController(
                    new SystemClock(),
                    FleetOptions.of(agents).withPatience(wait),
                    loaded,
                    folder,
                    address,
                    line.getErr()::println);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(line, "--agents: " + e.getMessage(), e);
        } catch (IOException | UncheckedIOException e) {
            throw new CommandLine.ParameterException(line, "the controller cannot start: " + e.getMessage(), e);
        }
    }

    private void invite(PrintWriter error, FleetController controller, InetSocketAddress address) {
        error.println("listening on " + address.getHostString() + ":" + controller.port() + ", waiting for " + agents
                + " agents. On each:");
        error.println("  " + AgentCommand.TOKEN_VARIABLE + "=" + controller.token() + " \\");
        error.println("    flywheel loadtest agent THIS-HOST:" + controller.port());
        error.flush();
    }

    /// A line for each interval.
    private static final class Lines implements FleetController.Watcher {
        private final PrintWriter error;
        private int joined = -1;

        Lines(PrintWriter error) {
            this.error = error;
        }

        @Override
        public void gathering(int now, int wanted) {
            if (now != joined) {
                joined = now;
                error.println(now + " of " + wanted + " agents have joined");
                error.flush();
            }
        }

        @Override
        public void running(Coordination run, long runNanos) {
            var all = run.aggregate().all();
            error.println(String.format(
                    Locale.ROOT,
                    "%7s  %s agents  %s ended  p50 %s  p99 %s  max %s  failed %s%s",
                    Quantities.time(Math.max(0, runNanos) / 1_000_000 * 1_000_000),
                    run.agents(),
                    Quantities.count(all.ended()),
                    percentile(all, 50),
                    percentile(all, 99),
                    percentile(all, 100),
                    Quantities.count(all.failed()),
                    all.dropped() == 0 ? "" : "  dropped " + Quantities.count(all.dropped())));
            error.flush();
        }

        private static String percentile(SeriesDelta all, double percentile) {
            return all.ended() == 0 ? "-" : Quantities.time(all.latency().getValueAtPercentile(percentile));
        }
    }
}
