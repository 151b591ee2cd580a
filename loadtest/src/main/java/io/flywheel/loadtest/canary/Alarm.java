package io.flywheel.loadtest.canary;

import static io.flywheel.base.Check.check;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Decides when to alarm and when all is well again. A transaction of whose last executions so many failed raises the
/// alarm, or joins the one that is on; it is over when each of those has succeeded so often in a row. What had nothing
/// to work on says nothing. Does nothing else, and knows no time but that of what it is told. Not thread-safe.
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

    private final int failures;
    private final int of;
    private final int successesInRow;
    private final Map<String, Watched> watched = new TreeMap<>();
    private final List<Observation> kept = new ArrayList<>();
    private Optional<Instant> raised = Optional.empty();
    private String id = "";

    /// What is known of one transaction.
    private static final class Watched {
        /// The last executions, as many as are looked at; empty while it is alarmed.
        private final Deque<Observation> last = new ArrayDeque<>();
        private Optional<Instant> lastSuccess = Optional.empty();
        private Optional<Instant> alarmed = Optional.empty();
        private Instant since = Instant.EPOCH;
        private int failuresInRow;
        private int successesInRow;
        private Optional<Instant> successBefore = Optional.empty();
        private long executions;
        private long failures;
    }

    /// @param failures so many raise the alarm
    /// @param of so many of the last executions are looked at; as many as `failures`: in a row
    /// @param successesInRow so many of each that failed end it
    public Alarm(int failures, int of, int successesInRow) {
        check(failures >= 1, "an alarm wants a failure");
        check(of >= failures, "so many can fail");
        check(successesInRow >= 1, "a recovery wants a success");
        this.failures = failures;
        this.of = of;
        this.successesInRow = successesInRow;
    }

    /// Goes on with an alarm that was on when the canary ended; before anything is observed.
    void resume(Incident on) {
        check(raised.isEmpty() && watched.isEmpty(), "nothing was observed yet");
        raised = Optional.of(on.raised());
        id = on.id();
        kept.addAll(on.failures());
        on.affected().forEach((name, affected) -> {
            var one = new Watched();
            one.alarmed = Optional.of(affected.alarmed());
            one.since = affected.since();
            one.lastSuccess = affected.lastSuccess();
            one.successBefore = affected.lastSuccess();
            one.executions = affected.executions();
            one.failures = affected.failures();
            watched.put(name, one);
        });
    }

    /// Takes in how an execution ended.
    public Change observe(Observation seen) {
        var one = watched.computeIfAbsent(seen.transaction(), _ -> new Watched());
        if (isFailure(seen)) {
            return failed(one, seen);
        }
        return seen.outcome().starved() ? NOTHING : succeeded(one, seen);
    }

    private Change failed(Watched one, Observation seen) {
        one.failuresInRow++;
        one.successesInRow = 0;
        if (one.alarmed.isPresent()) {
            one.executions++;
            one.failures++;
            keep(seen);
            return NOTHING;
        }
        look(one, seen);
        var failed = one.last.stream().filter(Alarm::isFailure).toList();
        if (failed.size() < failures) {
            return NOTHING;
        }
        one.alarmed = Optional.of(seen.ended());
        one.since = failed.getFirst().ended();
        one.successBefore = one.lastSuccess;
        one.executions = one.last.stream().dropWhile(each -> !isFailure(each)).count();
        one.failures = failed.size();
        failed.forEach(this::keep);
        one.last.clear();
        if (raised.isPresent()) {
            return new Change.Spread(incident(Optional.empty()), seen.transaction());
        }
        raised = Optional.of(seen.ended());
        id = ID.format(seen.ended()) + "-" + seen.transaction();
        return new Change.Raised(incident(Optional.empty()));
    }

    private void look(Watched one, Observation seen) {
        one.last.addLast(seen);
        if (one.last.size() > of) {
            one.last.removeFirst();
        }
    }

    private static boolean isFailure(Observation seen) {
        return seen.outcome().failure().isPresent();
    }

    private void keep(Observation seen) {
        if (kept.size() < FAILURES_MAX) {
            kept.add(seen);
        }
    }

    private Change succeeded(Watched one, Observation seen) {
        one.failuresInRow = 0;
        one.successesInRow++;
        one.lastSuccess = Optional.of(seen.ended());
        if (one.alarmed.isEmpty()) {
            look(one, seen);
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
        return Observation.isTransaction(transaction) ? successesInRow : 1;
    }

    /// Whether it is one of those of the alarm that is on.
    boolean isAlarmed(String transaction) {
        var one = watched.get(transaction);
        return one != null && one.alarmed.isPresent();
    }

    /// Whether it has failed since it last succeeded.
    boolean isFailing(String transaction) {
        var one = watched.get(transaction);
        return one != null && (one.failuresInRow > 0 || one.alarmed.isPresent());
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
        var failures =
                kept.stream().sorted(Comparator.comparing(Observation::ended)).toList();
        return new Incident(id, began, raised.orElse(began), recovered, affected, failures);
    }
}
