package io.flywheel.base.real;

import io.flywheel.base.Clock;

/// The machine's clock.
public final class SystemClock implements Clock {
    @Override
    public long unixMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }
}
