package io.flywheel.loadtest.capacity;

import static io.flywheel.base.Check.check;

/// How a search goes.
///
/// @param firstPerSecond where it begins
/// @param mostPerSecond it never asks for more
/// @param growth of the rate from probe to probe until one does not hold
/// @param precision of the interval: its upper end is at most so much above its lower end, 0.03 for 3 %
/// @param confidence that the interval has the capacity in it, below 1
/// @param probesMax in all; a search that needs more says what it knows
public record SearchOptions(
        double firstPerSecond,
        double mostPerSecond,
        double growth,
        double precision,
        double confidence,
        int probesMax) {
    public SearchOptions {
        check(
                firstPerSecond > 0 && firstPerSecond <= mostPerSecond,
                "the first rate is above 0 and not above the most");
        check(growth > 1, "growth is above 1");
        check(precision > 0 && precision < 1, "precision is above 0 and below 1");
        check(confidence >= 0.5 && confidence < 1, "confidence is at least 0.5 and below 1");
        check(probesMax >= 4, "at least 4 probes");
    }

    public static SearchOptions from(double firstPerSecond) {
        return new SearchOptions(firstPerSecond, 1e9, 2, 0.03, 0.95, 100);
    }
}
