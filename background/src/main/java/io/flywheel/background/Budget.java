package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import java.time.Duration;

/// So many bytes a second. What was taken is paid off as time passes, faster the further the budget is opened. Nothing
/// is saved up.
final class Budget {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Clock clock;
    private final long bytesPerSecond;
    private double pressure;
    private double owedBytes;
    private long atNanos;

    Budget(Clock clock, long bytesPerSecond) {
        check(bytesPerSecond > 0, "bytesPerSecond");
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.atNanos = clock.monotonicNanos();
    }

    /// Pays for the time that has passed, and opens the budget from now on: not at all at 0, to a double rate at a
    /// half, without a bound at 1.
    void open(double pressure) {
        check(pressure >= 0 && pressure <= 1, "pressure");
        long now = clock.monotonicNanos();
        owedBytes = pressure < 1 ? Math.max(0, owedBytes - (now - atNanos) * bytesPerNano()) : 0;
        atNanos = now;
        this.pressure = pressure;
    }

    void take(long bytes) {
        owedBytes += pressure < 1 ? bytes : 0;
    }

    /// Until everything is paid.
    Duration delay() {
        return Duration.ofNanos((long) Math.ceil(owedBytes / bytesPerNano()));
    }

    private double bytesPerNano() {
        return bytesPerSecond / NANOS_PER_SECOND / Math.max(1 - pressure, 1e-6);
    }
}
