package io.flywheel.loadtest.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a generator may show of itself before its numbers are not believed.
///
/// @param lagNanosMax the lag of the schedule at the 99th percentile
/// @param cpuShareMax of its processors, 0 to 1
/// @param pauseNanosMax one stop for garbage collection
/// @param pauseShareMax of the time
public record GeneratorLimits(long lagNanosMax, double cpuShareMax, long pauseNanosMax, double pauseShareMax) {
    public static final GeneratorLimits USUAL = new GeneratorLimits(10_000_000, 0.9, 100_000_000, 0.05);

    private static final double FILES_SHARE_MAX = 0.95;

    /// Why the generator was the bottleneck; empty when it was not.
    ///
    /// @param processors that the generator has
    public List<String> exceededBy(GeneratorHealth health, int processors) {
        var reasons = new ArrayList<String>();
        if (health.lag().getTotalCount() > 0) {
            long lag = health.lag().getValueAtPercentile(99);
            if (lag > lagNanosMax) {
                reasons.add("1 % of the starts were more than " + Quantities.time(lag) + " late, "
                        + Quantities.time(lagNanosMax) + " are allowed"
                        + (health.machineBusy() > 0.95 ? " (the machine's processors were busy)" : ""));
            }
        }
        if (health.cpuShare() > cpuShareMax) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "the generator used %s of its processors, %s are allowed",
                    Quantities.share(health.cpuShare()),
                    Quantities.share(cpuShareMax)));
        }
        if (health.pauseNanosMax() > pauseNanosMax) {
            reasons.add("garbage collection stopped the generator for " + Quantities.time(health.pauseNanosMax()) + ", "
                    + Quantities.time(pauseNanosMax) + " are allowed");
        }
        double watched = (double) health.wallNanos() / Math.max(1, processors);
        if (watched > 0 && health.pauseNanos() / watched > pauseShareMax) {
            reasons.add("garbage collection stopped the generator for "
                    + Quantities.share(health.pauseNanos() / watched) + " of the time");
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
}
