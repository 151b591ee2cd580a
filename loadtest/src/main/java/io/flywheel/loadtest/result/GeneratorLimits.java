package io.flywheel.loadtest.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a generator may show of itself before its numbers are not believed.
///
/// @param lagNanosMax the lag of the schedule at the 99th percentile
/// @param cpuShareMax of its processors, and of the time of an event loop, 0 to 1, in the worst stretch of some seconds
/// @param pauseNanosMax one stop for garbage collection
/// @param pauseShareMax of the time, in the worst stretch
public record GeneratorLimits(long lagNanosMax, double cpuShareMax, long pauseNanosMax, double pauseShareMax) {
    public static final GeneratorLimits USUAL = new GeneratorLimits(10_000_000, 0.9, 100_000_000, 0.05);

    private static final double FILES_SHARE_MAX = 0.95;

    /// Why the generator was the bottleneck; empty when it was not.
    List<String> exceededBy(Aggregate aggregate) {
        var health = aggregate.health();
        var stretches = aggregate.stretches();
        var reasons = new ArrayList<String>();
        if (health.lag().getTotalCount() > 0) {
            long lag = health.lag().getValueAtPercentile(99);
            if (lag > lagNanosMax) {
                reasons.add("1 % of the starts were more than " + Quantities.time(lag) + " late, "
                        + Quantities.time(lagNanosMax) + " are allowed" + busy(health));
            }
        }
        if (stretches.cpu().share() > cpuShareMax) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "%s used %s of its processors in some seconds, %s are allowed",
                    generator(stretches, stretches.cpu()),
                    Quantities.share(stretches.cpu().share()),
                    Quantities.share(cpuShareMax)));
        }
        if (stretches.loops().share() > cpuShareMax) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "an event loop of %s was busy for %s of the time in some seconds, %s are allowed",
                    generator(stretches, stretches.loops()),
                    Quantities.share(stretches.loops().share()),
                    Quantities.share(cpuShareMax)));
        }
        if (health.pauseNanosMax() > pauseNanosMax) {
            reasons.add("garbage collection stopped the generator for " + Quantities.time(health.pauseNanosMax()) + ", "
                    + Quantities.time(pauseNanosMax) + " are allowed");
        }
        if (stretches.pauses().share() > pauseShareMax) {
            reasons.add("garbage collection stopped " + generator(stretches, stretches.pauses()) + " for "
                    + Quantities.share(stretches.pauses().share()) + " of the time in some seconds");
        }
        if (health.filesLimit() > 0 && health.files() > FILES_SHARE_MAX * health.filesLimit()) {
            reasons.add("the generator had " + health.files() + " files and sockets open of " + health.filesLimit()
                    + " that it may have");
        }
        if (health.refusals() > 0) {
            reasons.add("the generator's own system refused " + Quantities.count(health.refusals())
                    + " connections (no free port, file handle or memory)");
        }
        return reasons;
    }

    private static String generator(Stretches stretches, Stretches.Worst worst) {
        return stretches.areOfSeveral() ? "agent " + worst.agent() : "the generator";
    }

    static String busy(GeneratorHealth health) {
        return health.machineBusy() > 0.95 ? " (the machine's processors were busy)" : "";
    }
}
