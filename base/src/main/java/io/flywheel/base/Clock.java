package io.flywheel.base;

import java.time.Instant;

/// The port for time.
public interface Clock {
    /// Milliseconds since the Unix epoch, by the wall clock; may jump.
    long unixMillis();

    /// Nanoseconds since an arbitrary moment; never runs backwards.
    long monotonicNanos();

    default Instant now() {
        return Instant.ofEpochMilli(unixMillis());
    }
}
