package io.flywheel.loadtest.result;

import java.util.ArrayList;
import java.util.List;

/// What a run says about the service.
///
/// @param outcomes of each threshold
/// @param reasons why the run is invalid, or failed for more than its thresholds
public record Verdict(Kind kind, List<Threshold.Outcome> outcomes, List<String> reasons) {
    /// The kind of errors that no threshold allows: what was read is not what was written.
    public static final String WRONG_CONTENT = "wrong content";

    /// In the order in which one hides the other.
    public enum Kind {
        PASS(0),
        FAIL(1),
        /// The generator was the bottleneck, or parts are missing: the run says nothing about the service.
        INVALID(3);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    public Verdict {
        outcomes = List.copyOf(outcomes);
        reasons = List.copyOf(reasons);
    }

    /// More starts than this share must not have had nothing to work on.
    private static final double STARVED_SHARE_MAX = 0.01;

    /// @param thresholds what has to hold
    /// @param limits of the generator
    /// @param missing why the load was not the one that was asked for
    public static Verdict of(
            Aggregate aggregate, List<Threshold> thresholds, GeneratorLimits limits, List<String> missing) {
        var outcomes = thresholds.stream()
                .map(threshold -> threshold.judge(aggregate.countsFor(threshold), aggregate.rates(threshold.series())))
                .toList();
        // That is wrong however busy the generator was.
        long wrong = aggregate.wrongContent();
        if (wrong > 0) {
            return new Verdict(
                    Kind.FAIL, outcomes, List.of("wrong content was read " + Quantities.count(wrong) + " times"));
        }
        var invalid = new ArrayList<>(missing);
        invalid.addAll(limits.exceededBy(aggregate));
        invalid.addAll(notAsked(aggregate));
        if (!invalid.isEmpty()) {
            return new Verdict(Kind.INVALID, outcomes, invalid);
        }
        var broken = outcomes.stream()
                .filter(outcome -> !outcome.held())
                .map(Threshold.Outcome::threshold)
                .toList();
        var lag = aggregate.health().lag();
        boolean late = broken.stream()
                .allMatch(threshold -> threshold.isBrokenByLag(aggregate.countsFor(threshold), lag, limits));
        if (!broken.isEmpty() && late) {
            return new Verdict(
                    Kind.INVALID,
                    outcomes,
                    broken.stream()
                            .map(threshold -> "'" + threshold.text() + "' is broken only by what the generator"
                                    + " started late" + GeneratorLimits.busy(aggregate.health()))
                            .toList());
        }
        return new Verdict(broken.isEmpty() ? Kind.PASS : Kind.FAIL, outcomes, List.of());
    }

    /// What makes that the service was asked for something else.
    private static List<String> notAsked(Aggregate aggregate) {
        var all = aggregate.all();
        if (all.ended() == 0) {
            return List.of("no transaction ended in the measured time");
        }
        double starved = (double) all.starved() / all.intended();
        if (starved > STARVED_SHARE_MAX) {
            return List.of(Quantities.share(starved) + " of the transactions were not started, as there was no data or"
                    + " result for them, " + Quantities.share(STARVED_SHARE_MAX) + " are allowed");
        }
        return aggregate.totals().entrySet().stream()
                .filter(series ->
                        series.getValue().starved() > 0 && series.getValue().ended() == 0)
                .map(series -> "'" + series.getKey() + "' never had data or a result to work on")
                .toList();
    }
}
