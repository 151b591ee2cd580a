package io.flywheel.background;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How a data service stands: for metrics and for the operator. A snapshot.
///
/// @param now what it does, in a few words
/// @param unit of the numbers, for example {@code slots} or {@code bytes}
/// @param done since the work at hand began
/// @param total of the work at hand, as far as it is known; 0 while there is none
/// @param perSecond the recent mean rate, of the unit
/// @param left until the work at hand is done, at this rate
/// @param alarms what needs the operator
public record Progress(
        String now,
        String unit,
        long done,
        long total,
        double perSecond,
        Optional<Duration> left,
        List<String> alarms) {
    public Progress {
        alarms = List.copyOf(alarms);
    }

    /// Slower than this there is no telling when it ends.
    private static final double RATE_MIN = 1e-6;

    /// Of a service that has nothing to tell.
    public static Progress none() {
        return new Progress("", "", 0, 0, 0, Optional.empty(), List.of());
    }

    /// With the end estimated from what is left.
    static Progress of(String now, String unit, long done, long total, double perSecond, List<String> alarms) {
        Optional<Duration> left = perSecond > RATE_MIN && total > done
                ? Optional.of(Duration.ofMillis((long) ((total - done) / perSecond * 1000)))
                : Optional.empty();
        return new Progress(now, unit, done, Math.max(done, total), perSecond, left, alarms);
    }
}
