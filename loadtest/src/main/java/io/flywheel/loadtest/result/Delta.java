package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What one agent counted in one interval. (agent, sequence) is its identity: however often it is sent, it counts
/// once.
///
/// @param agent the agent's name
/// @param sequence from 0, without gaps
/// @param fromNanos from the start of the run
/// @param series by the name of the transaction, or TRANSACTION/PART; those of which something was counted
public record Delta(
        String agent,
        long sequence,
        long fromNanos,
        long toNanos,
        Map<String, SeriesDelta> series,
        GeneratorHealth health) {
    public Delta {
        check(sequence >= 0, "sequence");
        check(fromNanos <= toNanos, "an interval ends after it began");
        series = Collections.unmodifiableMap(new TreeMap<>(series));
    }
}
