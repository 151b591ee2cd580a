package io.flywheel.loadtest.canary;

import static io.flywheel.base.Check.check;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Decides when to alarm and when all is well again. A transaction that failed so often in a row raises the alarm, or
/// joins the one that is on; it is over when each of those has succeeded so often in a row. What had nothing to work on
/// says nothing. Does nothing else, and knows no time but that of what it is told. Not thread-safe.
public final class Alarm {
    /// What an observation changes.
    public sealed interface Change {
        /// Nothing that anybody has to be told.
        record Nothing() implements Change {}

        record Raised(Incident incident) implements Change {}

        /// One more transaction fails.
        record Spread(Incident incident, String transaction) implements Change {}

        record Recovered(Incident incident) implements Change {}
    }

    /// So many failures of an incident are kept.
    static final int FAILURES_MAX = 100;

    private static final Change NOTHING = new Change.Nothing();
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final int failuresInRow;
    private final int successesInRow;
    private final Map<String, Watched> watched = new TreeMap<>();
    private final List<Observation> kept = new ArrayList<>();
    private Optional<Instant> raised = Optional.empty();
    private String id = "";

    /// What is known of one transaction.
    private static final class Watched {
        private final List<Observation> row = new ArrayList<>();
        private Optional<Instant> lastSuccess = Optional.empty();
        private Optional<Instant> alarmed = Optional.empty();
        private Instant since = Instant.EPOCH;
        private int failuresInRow;
        private int successesInRow;
        private Optional<Instant> successBefore = Optional.empty();
        private long executions;
        private long failures;
    }

    /// @param failuresInRow so many raise the alarm
    /// @param successesInRow so many of each that failed end it
    public Alarm(int failuresInRow, int successesInRow) {
        check(failuresInRow >= 1, "an alarm wants a failure");
        check(successesInRow >= 1, "a recovery wants a success");
        this.failuresInRow = failuresInRow;
        this.successesInRow = successesInRow;
    }

    /// Takes in how an execution ended.
    public Change observe(Observation seen) {
        var one = watched.computeIfAbsent(seen.transaction(), _ -> new Watched());
        if (seen.outcome().failure().isPresent()) {
            return failed(one, seen);
        }
        return seen.outcome().starved() ? NOTHING : succeeded(one, seen);
    }

    private Change failed(Watched one, Observation seen) {
        if (one.failuresInRow == 0 && one.alarmed.isEmpty()) {
            one.since = seen.ended();
            one.successBefore = one.lastSuccess;
        }
        one.failuresInRow++;
        one.successesInRow = 0;
        if (one.alarmed.isPresent()) {
            one.executions++;
            one.failures++;
            keep(seen);
            return NOTHING;
        }
        if (one.row.size() < FAILURES_MAX) {
            one.row.add(seen);
        }
        if (one.failuresInRow < failuresInRow) {
            return NOTHING;
        }
        one.alarmed = Optional.of(seen.ended());
        one.executions = one.failuresInRow;
        one.failures = one.failuresInRow;
        one.row.forEach(this::keep);
        one.row.clear();
        if (raised.isPresent()) {
            return new Change.Spread(incident(Optional.empty()), seen.transaction());
        }
        raised = Optional.of(seen.ended());
        id = ID.format(seen.ended()) + "-" + seen.transaction();
        return new Change.Raised(incident(Optional.empty()));
    }

    private void keep(Observation seen) {
        if (kept.size() < FAILURES_MAX) {
            kept.add(seen);
        }
    }

    private Change succeeded(Watched one, Observation seen) {
        one.failuresInRow = 0;
        one.row.clear();
        one.successesInRow++;
        one.lastSuccess = Optional.of(seen.ended());
        if (one.alarmed.isEmpty()) {
            return NOTHING;
        }
        one.executions++;
        boolean over = watched.entrySet().stream()
                .allMatch(each -> each.getValue().alarmed.isEmpty()
                        || each.getValue().successesInRow >= successesWanted(each.getKey()));
        if (!over) {
            return NOTHING;
        }
        var incident = incident(Optional.of(seen.ended()));
        watched.values().forEach(other -> other.alarmed = Optional.empty());
        kept.clear();
        raised = Optional.empty();
        return new Change.Recovered(incident);
    }

    /// What was set up is not set up again soon.
    private int successesWanted(String transaction) {
        return transaction.equals(Observation.SETUP) ? 1 : successesInRow;
    }

    /// The alarm that is on.
    public Optional<Incident> incident() {
        return raised.isEmpty() ? Optional.empty() : Optional.of(incident(Optional.empty()));
    }

    /// How often each transaction has failed in a row, by name.
    public Map<String, Integer> failuresInRow() {
        var all = new TreeMap<String, Integer>();
        watched.forEach((name, one) -> all.put(name, one.failuresInRow));
        return all;
    }

    private Incident incident(Optional<Instant> recovered) {
        var affected = new TreeMap<String, Incident.Affected>();
        watched.forEach((name, one) -> one.alarmed.ifPresent(at -> affected.put(
                name, new Incident.Affected(one.since, at, one.executions, one.failures, one.successBefore))));
        Instant began = affected.values().stream()
                .map(Incident.Affected::since)
                .min(Instant::compareTo)
                .orElse(Instant.EPOCH);
        var failures = kept.stream()
                .sorted(java.util.Comparator.comparing(Observation::ended))
                .toList();
        return new Incident(id, began, raised.orElse(began), recovered, affected, failures);
    }
}
