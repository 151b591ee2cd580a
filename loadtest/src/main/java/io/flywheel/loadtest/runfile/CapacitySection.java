package io.flywheel.loadtest.runfile;

import io.flywheel.loadtest.capacity.SearchOptions;
import java.time.Duration;

/// The object `capacity` of a run file: how the capacity is searched for. Stages, duration and warm-up of the load say
/// nothing then.
///
/// @param probe for how long each rate is measured, at least
/// @param settle how long each rate is kept before it is measured
public record CapacitySection(SearchOptions search, Duration probe, Duration settle) {
    private static final double RATE_MAX = 10_000_000;
    /// The search keeps a number for each step of this size between the lowest and the highest rate.
    private static final double PRECISION_MIN = 0.001;

    private static final Duration PROBE = Duration.ofSeconds(10);
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final SearchOptions SEARCH = new SearchOptions(10, RATE_MAX, 2, 0.05, 0.95, 60);

    /// What is done where a run file says nothing.
    static CapacitySection usual() {
        return new CapacitySection(SEARCH, PROBE, SETTLE);
    }

    static CapacitySection read(Section section) {
        double first = section.rate("first", RATE_MAX).orElse(SEARCH.firstPerSecond());
        double most = section.rate("most", RATE_MAX).orElse(SEARCH.mostPerSecond());
        double growth = section.decimal("growth", 1.1, 10).orElse(SEARCH.growth());
        double precision = section.share("precision", PRECISION_MIN, 0.5).orElse(SEARCH.precision());
        double confidence = section.share("confidence").orElse(SEARCH.confidence());
        int probes = section.number("probes", 4, 10_000)
                .orElse((long) SEARCH.probesMax())
                .intValue();
        var probe = section.duration("probe", Duration.ofMillis(100), Duration.ofHours(1))
                .orElse(PROBE);
        var settle =
                section.duration("settle", Duration.ZERO, Duration.ofHours(1)).orElse(SETTLE);
        section.done();
        try {
            return new CapacitySection(
                    new SearchOptions(first, most, growth, precision, confidence, probes), probe, settle);
        } catch (IllegalArgumentException e) {
            section.problem("", String.valueOf(e.getMessage()));
            return usual();
        }
    }
}
