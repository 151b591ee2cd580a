package io.flywheel.loadtest.canary;

import io.flywheel.loadtest.engine.FunctionalRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Executions that ended, by a clock that is moved by hand.
final class Seen {
    static final Instant BEGIN = Instant.parse("2026-11-21T10:00:00Z");

    private long seconds;
    private long number;

    /// Moves the clock.
    Seen after(long more) {
        seconds += more;
        return this;
    }

    Instant now() {
        return BEGIN.plusSeconds(seconds);
    }

    Observation success(String transaction) {
        return ended(transaction, Optional.empty(), false);
    }

    Observation failure(String transaction) {
        return ended(transaction, Optional.of(new FunctionalRun.Failure("503", "SlowDown | <again>")), false);
    }

    Observation starved(String transaction) {
        return ended(transaction, Optional.empty(), true);
    }

    private Observation ended(String transaction, Optional<FunctionalRun.Failure> failure, boolean starved) {
        long one = number++;
        return new Observation(
                now(),
                new FunctionalRun.Outcome(
                        transaction,
                        one,
                        Duration.ofMillis(40),
                        List.of(new FunctionalRun.Checked("status is 200", failure.isEmpty())),
                        failure,
                        starved,
                        List.of("request-" + one)));
    }
}
