package io.flywheel.background;

import io.flywheel.base.Clock;

/// A recent mean rate, whose weights fall by e in a minute. For one task at a time.
final class Meter {
    private static final double WINDOW_SECONDS = 60;

    private final Clock clock;
    private long atNanos;
    private double weight;
    private double sum;

    Meter(Clock clock) {
        this.clock = clock;
        atNanos = clock.monotonicNanos();
    }

    void add(long amount) {
        fade();
        sum += (double) amount;
    }

    double perSecond() {
        fade();
        return weight > 0 ? sum / weight : 0;
    }

    private void fade() {
        long now = clock.monotonicNanos();
        double seconds = (now - atNanos) / 1e9;
        double kept = Math.exp(-seconds / WINDOW_SECONDS);
        sum *= kept;
        weight = weight * kept + seconds;
        atNanos = now;
    }
}
