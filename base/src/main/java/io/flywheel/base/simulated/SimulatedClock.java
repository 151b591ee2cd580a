package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until it is moved: by hand, or by a {@link Simulation} in which every task waits.
public final class SimulatedClock implements Clock {
    /// 2026-01-01T00:00:00Z: where every run begins.
    public static final long START_UNIX_MILLIS = 1_767_225_600_000L;

    private final AtomicLong nanos = new AtomicLong();
    /// By how much the time of day is wrong.
    private final AtomicLong jumpedMillis = new AtomicLong();

    @Override
    public long unixMillis() {
        return START_UNIX_MILLIS + jumpedMillis.get() + nanos.get() / 1_000_000;
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }

    /// Moves the clock on; timers of a simulation fire when it next finds nothing to run.
    public void advance(Duration duration) {
        check(!duration.isNegative(), "time runs forwards");
        nanos.addAndGet(duration.toNanos());
    }

    /// Sets the time of day forwards or back, as an operator or a time server does; durations do not notice.
    public void jump(Duration by) {
        jumpedMillis.addAndGet(by.toMillis());
    }

    void advanceTo(long monotonicNanos) {
        nanos.accumulateAndGet(monotonicNanos, Math::max);
    }
}
