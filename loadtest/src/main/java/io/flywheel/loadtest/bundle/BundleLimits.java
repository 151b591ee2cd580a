package io.flywheel.loadtest.bundle;

import static io.flywheel.base.Check.check;

import java.time.Duration;
import java.util.List;

/// What the process of a bundle may take.
///
/// @param memoryBytes of heap; of buffers outside of it as much again
/// @param setup how long a setup, or giving the data, may last
/// @param teardown how long cleaning up, or a teardown, may last
/// @param silence for how long it may give no sign of life
/// @param options of its JVM, such as `-Djavax.net.ssl.trustStore=FILE`
public record BundleLimits(
        long memoryBytes, Duration setup, Duration teardown, Duration silence, List<String> options) {
    /// A large client library with all that it needs.
    private static final long CLASS_BYTES_LEAST = 128L << 20;

    public static final BundleLimits USUAL =
            new BundleLimits(512L << 20, Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofSeconds(20));

    public BundleLimits {
        check(memoryBytes >= 16 << 20, "memory");
        options = List.copyOf(options);
        check(setup.isPositive() && teardown.isPositive() && silence.isPositive(), "limits are positive");
    }

    /// Without options.
    public BundleLimits(long memoryBytes, Duration setup, Duration teardown, Duration silence) {
        this(memoryBytes, setup, teardown, silence, List.of());
    }

    /// What classes may take: a leak of class loaders is one of memory too.
    long classBytes() {
        return Math.max(CLASS_BYTES_LEAST, memoryBytes);
    }
}
