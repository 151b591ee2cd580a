package io.flywheel.loadtest.bundle;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// What the process of a bundle may take.
///
/// @param memoryBytes of heap
/// @param setup how long a setup, or giving the data, may last
/// @param teardown how long cleaning up, or a teardown, may last
/// @param silence for how long it may give no sign of life
public record BundleLimits(long memoryBytes, Duration setup, Duration teardown, Duration silence) {
    public static final BundleLimits USUAL =
            new BundleLimits(512L << 20, Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofSeconds(20));

    public BundleLimits {
        check(memoryBytes >= 16 << 20, "memory");
        check(setup.isPositive() && teardown.isPositive() && silence.isPositive(), "limits are positive");
    }
}
