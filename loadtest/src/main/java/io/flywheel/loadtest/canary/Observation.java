package io.flywheel.loadtest.canary;

import io.flywheel.loadtest.engine.FunctionalRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// One execution that has ended.
///
/// @param ended when, by the wall clock
public record Observation(Instant ended, FunctionalRun.Outcome outcome) {
    /// The name of what is no transaction: what has to be made before they can run.
    static final String SETUP = "setup";

    /// The name of what is no transaction: the process of a bundle, which has failed when it ended by itself.
    static final String BUNDLE = "bundle";

    static boolean isTransaction(String name) {
        return !name.equals(SETUP) && !name.equals(BUNDLE);
    }

    /// One that has no checks and no request.
    ///
    /// @param failures none or one
    static Observation of(
            String transaction, Instant ended, long number, Duration took, List<FunctionalRun.Failure> failures) {
        return new Observation(
                ended,
                new FunctionalRun.Outcome(
                        transaction, number, took, List.of(), failures.stream().findFirst(), false, List.of()));
    }

    String transaction() {
        return outcome.transaction();
    }

    /// Why it failed, in one line; empty when it did not.
    String reason() {
        return outcome.failure().map(FunctionalRun.Failure::text).orElse("");
    }
}
