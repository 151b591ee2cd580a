package io.flywheel.loadtest.command;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.Ending;
import io.flywheel.loadtest.capacity.HostPlan;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.fleet.FleetCapacity;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.CapacityReport;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.runfile.Section;
import io.flywheel.loadtest.session.LocalCapacity;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `loadtest capacity FILE`.
@Command(
        name = "capacity",
        description = {
            "Finds the highest rate at which the thresholds of a run file hold, by probes of one rate each.",
            "Its section 'capacity' says how; stages and duration of the load say nothing here."
        },
        mixinStandardHelpOptions = true)
final class CapacityCommand extends RunFileCommand {
    @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "0",
            description = "The load comes from so many agents, not from this process. Each probe is a run of them all.")
    private int agents;

    @CommandLine.Mixin
    private FleetOption fleet = new FleetOption();

    @ArgGroup(exclusive = false, heading = "How many hosts a peak needs:%n")
    private @Nullable Peak peak;

    /// What is asked about hosts.
    static final class Peak {
        @Option(names = "--peak", paramLabel = "RATE", required = true, description = "What has to be taken: 50000/s.")
        private String rate = "";

        @Option(
                names = "--tested-hosts",
                paramLabel = "N",
                defaultValue = "1",
                description = "Hosts behind the target that is measured. Default: 1.")
        private int tested;

        @Option(
                names = "--headroom",
                paramLabel = "SHARE",
                defaultValue = "20%",
                description = "What of each host is kept free at the peak. Default: ${DEFAULT-VALUE}.")
        private String headroom = "";

        @Option(
                names = "--spares",
                paramLabel = "N",
                defaultValue = "1",
                description = "Hosts that may fail at the peak. Default: 1.")
        private int spares;

        @Option(names = "--hosts", paramLabel = "N", defaultValue = "0", description = "Hosts that there are.")
        private long hosts;

        @Option(names = "--price", paramLabel = "PRICE", defaultValue = "NaN", description = "Of one host.")
        private double price;
    }

    @Override
    void checkOptions(CommandLine line) {
        ReportOptions.check(line, "--json", json);
        checkPeak(line);
        for (String option : List.of("--listen", "--folder", "--patience")) {
            if (agents == 0 && line.getParseResult().hasMatchedOption(option)) {
                throw new CommandLine.ParameterException(line, option + ": it is for a search with --agents");
            }
        }
    }

    @Override
    int run(CommandLine line, Loading.Loaded loaded) throws Exception {
        return agents == 0 ? alone(line, loaded) : withAgents(line, loaded);
    }

    private int alone(CommandLine line, Loading.Loaded loaded) throws Exception {
        var search = new LocalCapacity(
                new SystemClock(), loaded.run(), loaded.source(), text -> log(line.getErr(), Printable.of(text)));
        try (var _ = new StopOnSignal(
                search::stop, search::remains, loaded.run().load().drain())) {
            return report(line, search.run(new Progress(line.getErr())));
        }
    }

    private int withAgents(CommandLine line, Loading.Loaded loaded) throws Exception {
        var options = fleet.options(line, agents);
        var address = fleet.address(line);
        var search = new FleetCapacity(
                new SystemClock(),
                options,
                loaded,
                fleet.folder(),
                address,
                text -> log(line.getErr(), Printable.of(text)));
        try (var _ = new StopOnSignal(search::stop)) {
            return report(line, search.run(new FleetProgress(line.getErr(), address.getHostString())));
        } catch (UncheckedIOException e) {
            throw FleetOption.cannotStart(line, e);
        }
    }

    private int report(CommandLine line, LocalCapacity.Result result) {
        var report = new CapacityReport(result, plan(result.capacity()));
        report.lines().forEach(line.getOut()::println);
        line.getOut().flush();
        return ReportOptions.write(line.getErr(), "--json", json, report::write)
                ? exitCode(result.capacity())
                : LoadtestCommand.INVALID;
    }

    /// A line for each probe, and on a terminal what is measured now.
    private static class Progress implements LocalCapacity.Watcher {
        private static final String ERASE_LINE = "\r\u001b[K";

        final PrintWriter output;
        private final boolean isTerminal = RunCommand.isTerminal();
        private boolean hasHead;

        Progress(PrintWriter output) {
            this.output = output;
        }

        @Override
        public void probing(double perSecond, Duration length) {
            if (!hasHead) {
                hasHead = true;
                output.println(CapacityReport.head());
            }
            if (isTerminal) {
                output.print("  measuring " + Quantities.rate(perSecond) + " for " + Quantities.time(length.toNanos()));
            }
            output.flush();
        }

        @Override
        public void probed(Probe probe) {
            output.print(isTerminal ? ERASE_LINE : "");
            log(output, CapacityReport.line(probe));
        }
    }

    /// Also says for whom it waits: between probes only when they take long to come again.
    private static final class FleetProgress extends Progress implements FleetCapacity.Watcher {
        private static final long LONG_NANOS = 5_000_000_000L;

        private final Clock clock = new SystemClock();
        private final String host;
        private boolean hasBegun;
        private long waitsSinceNanos;
        private int known = -1;

        FleetProgress(PrintWriter output, String host) {
            super(output);
            this.host = host;
        }

        @Override
        public void listening(String token, int port, int wanted) {
            FleetOption.invite(output, host, port, token, wanted);
        }

        @Override
        public void gathering(int joined, int wanted) {
            boolean isLong = !hasBegun || clock.monotonicNanos() - waitsSinceNanos > LONG_NANOS;
            if (isLong && joined != known) {
                known = joined;
                log(output, joined + " of " + wanted + " agents have joined");
            }
        }

        @Override
        public void probing(double perSecond, Duration length) {
            hasBegun = true;
            known = -1;
            super.probing(perSecond, length);
        }

        @Override
        public void probed(Probe probe) {
            waitsSinceNanos = clock.monotonicNanos();
            super.probed(probe);
        }
    }

    /// So that nobody hears after an hour that a number was wrong.
    private void checkPeak(CommandLine line) {
        if (peak == null) {
            return;
        }
        number(line, "--peak", peak.rate, Section::perSecond);
        double headroom = number(line, "--headroom", peak.headroom, Section::shareOfOne);
        if (!(headroom < 1)) {
            throw new CommandLine.ParameterException(line, "--headroom: it is below 100%");
        }
        if (peak.tested < 1 || peak.spares < 0 || peak.hosts < 0 || peak.price < 0) {
            throw new CommandLine.ParameterException(
                    line, "--tested-hosts is at least 1; --spares, --hosts and --price are not below 0");
        }
    }

    private static double number(
            CommandLine line, String name, String text, java.util.function.ToDoubleFunction<String> parser) {
        try {
            return parser.applyAsDouble(text);
        } catch (NumberFormatException e) {
            throw new CommandLine.ParameterException(line, name + ": " + e.getMessage(), e);
        }
    }

    /// What is surely taken is what hosts are counted by: the lower end of the interval.
    private Optional<HostPlan> plan(Capacity capacity) {
        double low = switch (capacity) {
            case Capacity.Found found -> found.lowPerSecond();
            case Capacity.AtLeast atLeast -> atLeast.lowPerSecond();
            case Capacity.Below _ -> 0;
        };
        if (peak == null || low <= 0) {
            return Optional.empty();
        }
        return Optional.of(HostPlan.of(
                low / peak.tested,
                Section.perSecond(peak.rate),
                Section.shareOfOne(peak.headroom),
                peak.spares,
                peak.hosts,
                peak.price));
    }

    private static int exitCode(Capacity capacity) {
        return switch (capacity) {
            case Capacity.Found found ->
                found.ended()
                                .filter(ending -> ending.kind() == Ending.Kind.GENERATOR)
                                .isPresent()
                        ? LoadtestCommand.INVALID
                        : 0;
            case Capacity.AtLeast atLeast -> atLeast.why().kind() == Ending.Kind.RATE ? 0 : LoadtestCommand.INVALID;
            case Capacity.Below _ -> LoadtestCommand.FAILED;
        };
    }
}
