package io.flywheel.loadtest.result;

import java.io.Serializable;

/// What ended within the schedule, a second of it. What ends in the drain was served later than it was asked for: a
/// service that is behind does not come to a higher rate by that.
///
/// @param succeeded executions
public record Rates(double succeeded, double sentBytes, double receivedBytes) implements Serializable {
    static final Rates NOTHING = new Rates(0, 0, 0);

    Rates plus(Rates other) {
        return new Rates(succeeded + other.succeeded, sentBytes + other.sentBytes, receivedBytes + other.receivedBytes);
    }

    /// As numbers, which are exact up to 2^53.
    static Rates countsOf(SeriesDelta counts) {
        return new Rates((double) counts.succeeded(), (double) counts.sentBytes(), (double) counts.receivedBytes());
    }

    Rates over(double seconds) {
        return seconds <= 0 ? NOTHING : new Rates(succeeded / seconds, sentBytes / seconds, receivedBytes / seconds);
    }
}
