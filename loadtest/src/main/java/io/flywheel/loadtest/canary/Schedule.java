package io.flywheel.loadtest.canary;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// When a transaction is due: every so long. Times that are missed are left out, so that nothing runs twice in a hurry.
///
/// @param firstNanos by the monotonic clock
record Schedule(long firstNanos, Duration every) {
    Schedule {
        check(every.isPositive(), "a schedule goes on");
    }

    /// The first of several transactions' schedules: spread over the time of one, so that not all run at once.
    static Schedule spread(long beganNanos, Duration every, int index, int count) {
        return new Schedule(beganNanos + (long) ((double) every.toNanos() * (index + 1) / count), every);
    }

    /// The next time after this one.
    long next(long nowNanos) {
        long past = nowNanos - firstNanos;
        return past < 0 ? firstNanos : firstNanos + (past / every.toNanos() + 1) * every.toNanos();
    }
}
