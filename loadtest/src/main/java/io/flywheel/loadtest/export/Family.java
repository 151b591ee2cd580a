package io.flywheel.loadtest.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is counted or measured under one name.
///
/// @param name with dots, as OpenTelemetry has it
/// @param unit `s`, `By`, or `1` for a plain number
record Family(String name, Kind kind, String unit, String help, List<Point> points) {
    enum Kind {
        /// Only grows.
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    Family {
        points = List.copyOf(points);
    }

    /// One value of a family.
    sealed interface Point {
        /// What tells it from the others, in order.
        Map<String, String> labels();

        record Value(Map<String, String> labels, double value) implements Point {
            public Value {
                labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
            }
        }

        /// @param counts how many lie at or below each of {@link Figures#BOUNDS_SECONDS} and above the one before; the
        ///     last counts the rest
        record Spread(Map<String, String> labels, List<Long> counts, long count, double sum) implements Point {
            public Spread {
                labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
                counts = List.copyOf(counts);
            }
        }
    }
}
