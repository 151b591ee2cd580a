package io.flywheel.loadtest.result;

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

    /// @param thresholds what has to hold
    /// @param invalid why the numbers are not the service's
    /// @param seconds how long was measured
    public static Verdict of(Aggregate aggregate, List<Threshold> thresholds, List<String> invalid, double seconds) {
        var all = aggregate.all();
        var outcomes = thresholds.stream()
                .map(threshold -> threshold.judge(
                        threshold
                                .series()
                                .map(name -> aggregate.total(name).orElseGet(SeriesDelta::nothing))
                                .orElse(all),
                        seconds))
                .toList();
        // That is wrong however busy the generator was.
        long wrong = all.errors().getOrDefault(WRONG_CONTENT, 0L);
        if (wrong > 0) {
            return new Verdict(Kind.FAIL, outcomes, List.of("wrong content was read " + wrong + " times"));
        }
        if (!invalid.isEmpty()) {
            return new Verdict(Kind.INVALID, outcomes, invalid);
        }
        if (all.ended() == 0) {
            return new Verdict(Kind.INVALID, outcomes, List.of("no transaction ended in the measured time"));
        }
        boolean held = outcomes.stream().allMatch(Threshold.Outcome::held);
        return new Verdict(held ? Kind.PASS : Kind.FAIL, outcomes, List.of());
    }
}
