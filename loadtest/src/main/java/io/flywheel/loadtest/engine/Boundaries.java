package io.flywheel.loadtest.engine;

import java.time.Duration;

/// When deltas end: each interval, and also where the warm-up and the schedule end, so that every delta is of one of
/// the warm-up, the measured time and the drain.
///
/// @param intervalNanos between them
/// @param warmupNanos where the warm-up ends, from the start of the run
/// @param lengthNanos where the schedule ends
record Boundaries(long intervalNanos, long warmupNanos, long lengthNanos) {
    Boundaries(LoadPlan plan, Duration interval) {
        this(interval.toNanos(), plan.warmup().toNanos(), plan.profile().lengthNanos());
    }

    /// The first that comes after a moment of the run.
    long after(long nanos) {
        long next = (Math.floorDiv(nanos, intervalNanos) + 1) * intervalNanos;
        if (nanos < warmupNanos) {
            next = Math.min(next, warmupNanos);
        }
        return nanos < lengthNanos ? Math.min(next, lengthNanos) : next;
    }
}
