package io.flywheel.loadtest.runfile;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Says what a run would do.
public final class Explanation {
    private Explanation() {}

    /// One line each.
    ///
    /// @param transactions their names
    public static List<String> of(RunFile run, List<String> transactions) {
        var lines = new ArrayList<String>();
        boolean open = run.load().model() == LoadPlan.Model.OPEN;
        lines.add("target       " + run.target());
        lines.add("transactions "
                + switch (run.source()) {
                    case RunFile.Source.OfPack(String name, var _) -> "of the pack " + name;
                    case RunFile.Source.OfBundles(var jars, var limits) ->
                        "of "
                                + String.join(
                                        ", ", jars.stream().map(String::valueOf).toList())
                                + (jars.size() == 1 ? ", in a process" : ", each in a process")
                                + " of its own with " + Quantities.bytes((double) limits.memoryBytes());
                });
        var profile = run.load().profile();
        var length = Duration.ofNanos(profile.lengthNanos());
        lines.add("length       " + Quantities.time(length.toNanos())
                + (run.load().warmup().isZero()
                        ? ""
                        : ", of which the first "
                                + Quantities.time(run.load().warmup().toNanos()) + " are not counted"));
        lines.add("model        "
                + (open
                        ? "at a rate, "
                                + (run.load().spacing() == io.flywheel.loadtest.schedule.Arrivals.Spacing.POISSON
                                        ? "starts independent of each other (Poisson)"
                                        : "starts evenly spaced")
                                + "; at most " + Quantities.count(run.load().inFlightMax()) + " in flight, the rest is"
                                + " dropped and counted"
                        : "with a concurrency: the next starts when one has ended"));
        lines.add("stages");
        long from = 0;
        for (Stage stage : run.load().stages()) {
            long to = from + stage.length().toNanos();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %8s to %8s  %s",
                    Quantities.time(from),
                    Quantities.time(to),
                    describe(stage, open)));
            from = to;
        }
        if (open) {
            lines.add("starts       about " + Quantities.count(Math.round(profile.arrivals())) + ", at most "
                    + Quantities.rate(profile.highestRate()));
        }
        var blend = new Blend(run.weights(transactions), run.seed());
        lines.add("blend");
        for (int i = 0; i < transactions.size(); i++) {
            String counts = open ? "  about " + Quantities.count(Math.round(profile.arrivals() * blend.share(i))) : "";
            lines.add(String.format(
                    Locale.ROOT, "  %-24s %8s%s", transactions.get(i), Quantities.share(blend.share(i)), counts));
        }
        if (run.source() instanceof RunFile.Source.OfPack(var _, var configured)) {
            configured.explanation().forEach(line -> lines.add("  " + line));
        }
        run.data()
                .forEach((name, data) -> lines.add("data         " + name + ": " + data.file() + ", "
                        + data.order().name().toLowerCase(Locale.ROOT)));
        lines.add("holds when");
        for (Threshold threshold : run.thresholds()) {
            lines.add("  " + threshold.text());
        }
        lines.add("invalid when the generator starts 1 % later than "
                + Quantities.time(run.limits().lagNanosMax()) + ", uses more than "
                + Quantities.share(run.limits().cpuShareMax())
                + " of its processors in some seconds, or is stopped for "
                + Quantities.time(run.limits().pauseNanosMax()) + " by garbage collection");
        lines.add("as a canary  " + run.canary().explanation(run.watched(transactions)));
        return lines;
    }

    private static String describe(Stage stage, boolean open) {
        return switch (stage) {
            case Stage.Hold(double rate, var _) -> level(rate, open);
            case Stage.Ramp(double from, double to, var _) ->
                "from " + level(from, open) + " evenly to " + level(to, open);
            case Stage.Step(double from, double to, int steps, Duration every) ->
                steps + " steps from " + level(from, open) + " to " + level(to, open) + ", "
                        + Quantities.time(every.toNanos()) + " each";
            case Stage.Spike(double base, double peak, Duration peakLength, var _) ->
                level(base, open) + ", in the middle " + level(peak, open) + " for "
                        + Quantities.time(peakLength.toNanos());
            case Stage.Replay(var trace) -> "replay of " + Quantities.count(trace.arrivals()) + " recorded starts";
        };
    }

    private static String level(double level, boolean open) {
        return open ? Quantities.rate(level) : Quantities.number(level) + " users";
    }
}
