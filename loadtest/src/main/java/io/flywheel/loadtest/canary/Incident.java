package io.flywheel.loadtest.canary;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is known of an alarm at a moment.
///
/// @param id by which all that is said of it can be told together
/// @param began when the first of the failures ended that led to it
/// @param raised when it was alarmed
/// @param recovered when it was over
/// @param affected the transactions that failed, by name
/// @param failures the first of them, in the order in which they ended
public record Incident(
        String id,
        Instant began,
        Instant raised,
        Optional<Instant> recovered,
        SortedMap<String, Affected> affected,
        List<Observation> failures) {
    /// A transaction that failed.
    ///
    /// @param since when it failed first
    /// @param alarmed when it had failed so often that it was alarmed
    /// @param executions since it failed first
    /// @param failures of these
    /// @param lastSuccess before that
    public record Affected(
            Instant since, Instant alarmed, long executions, long failures, Optional<Instant> lastSuccess) {}

    public Incident {
        affected = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(affected));
        failures = List.copyOf(failures);
    }

    /// The same of other transactions.
    Incident with(SortedMap<String, Affected> others) {
        return new Incident(id, began, raised, recovered, others, failures);
    }

    /// How many executions failed.
    long failed() {
        return affected.values().stream().mapToLong(Affected::failures).sum();
    }

    /// How many there were of the transactions that failed.
    long executions() {
        return affected.values().stream().mapToLong(Affected::executions).sum();
    }

    /// From the first failure to the recovery.
    Optional<Duration> lasted() {
        return recovered.map(end -> Duration.between(began, end));
    }
}
