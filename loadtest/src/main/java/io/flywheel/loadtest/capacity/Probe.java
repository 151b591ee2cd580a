package io.flywheel.loadtest.capacity;

import static io.flywheel.base.Check.check;

/// One measurement at one rate.
///
/// @param perSecond arrivals that were intended
/// @param servedPerSecond executions that succeeded
/// @param latencyNanos mean, from the intended start
/// @param result what it came to
public record Probe(double perSecond, double servedPerSecond, double latencyNanos, Result result) {
    public Probe {
        check(perSecond > 0 && Double.isFinite(perSecond), "a rate is positive");
    }

    /// What a probe came to.
    public sealed interface Result {
        /// Every threshold held and the backlog did not grow.
        record Held() implements Result {}

        /// @param what gave way, for people: a threshold and what was measured, or the backlog
        record Breached(String what) implements Result {}

        /// The generator was the bottleneck: nothing was learned about the service.
        record Invalid(String why) implements Result {}

        /// It was stopped before it came to anything, and no more probes will be made.
        record Stopped() implements Result {}
    }
}
