package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Adds up deltas from any number of agents, in whatever order they come and however often. Its memory depends on
/// the transactions and the intervals, and by some bytes on the agents. For one thread at a time.
public final class Aggregate implements Serializable {
    private final long warmupNanos;
    private final long endNanos;
    private final SeriesSums totals = new SeriesSums();
    private final SeriesSums warmup = new SeriesSums();
    private final Map<String, Rates> inTime = new TreeMap<>();
    private final Stretches stretches = new Stretches();
    private final Map<String, Received> agents = new HashMap<>();
    private final PartNames parts = new PartNames();
    private final Timeline timeline;
    private GeneratorHealth health = GeneratorHealth.nothing();
    private long untilNanos;
    private long inTimeFromNanos = Long.MAX_VALUE;
    private long inTimeUntilNanos;

    /// Deltas are to be cut at the end of the warm-up and at that of the schedule.
    ///
    /// @param warmup deltas that begin before it has passed are in the timeline alone
    /// @param length of the schedule: deltas that begin later are of the drain, and in no rate
    /// @param interval the length of an interval of the timeline
    public Aggregate(Duration warmup, Duration length, Duration interval) {
        check(!warmup.isNegative(), "a warm-up is not negative");
        check(interval.isPositive(), "an interval has a length");
        this.warmupNanos = warmup.toNanos();
        this.endNanos = length.toNanos();
        this.timeline = new Timeline(interval.toNanos());
    }

    /// Adds what was not added before.
    ///
    /// @return false when it was
    public boolean add(Delta delta) {
        if (!agents.computeIfAbsent(delta.agent(), _ -> new Received()).isNew(delta.sequence())) {
            return false;
        }
        addNew(parts.bound(delta));
        return true;
    }

    private void addNew(Delta delta) {
        timeline.add(delta);
        untilNanos = Math.max(untilNanos, delta.toNanos());
        boolean measured = delta.fromNanos() >= warmupNanos;
        (measured ? totals : warmup).add(delta.series());
        if (measured) {
            measured(delta);
        }
    }

    private void measured(Delta delta) {
        if (delta.fromNanos() >= endNanos) {
            health = health.absorb(delta.health().withoutShares());
            return;
        }
        health = health.absorb(delta.health());
        stretches.add(delta);
        inTimeFromNanos = Math.min(inTimeFromNanos, delta.fromNanos());
        inTimeUntilNanos = Math.max(inTimeUntilNanos, delta.toNanos());
        delta.series().forEach((name, counts) -> inTime.merge(name, Rates.countsOf(counts), Rates::plus));
    }

    /// How long was measured: from the warm-up to the end of the schedule, or to where the run was stopped.
    public double seconds() {
        return Math.max(0, inTimeUntilNanos - inTimeFromNanos) / 1e9;
    }

    /// The rates of a series, or of all transactions together.
    public Rates rates(Optional<String> series) {
        var counts = Rates.NOTHING;
        for (var one : inTime.entrySet()) {
            boolean counted =
                    series.map(one.getKey()::equals).orElse(one.getKey().indexOf('/') < 0);
            if (counted) {
                counts = counts.plus(one.getValue());
            }
        }
        return counts.over(seconds());
    }

    /// How often wrong content was read, also in the warm-up.
    public long wrongContent() {
        return Stream.of(warmup, totals)
                .flatMap(sums -> sums.all().entrySet().stream())
                .filter(series -> series.getKey().indexOf('/') < 0)
                .mapToLong(series -> series.getValue().errors().getOrDefault(Verdict.WRONG_CONTENT, 0L))
                .sum();
    }

    /// What a threshold is about.
    public SeriesDelta countsFor(Threshold threshold) {
        if (threshold.series().isPresent()) {
            return total(threshold.series().get()).orElseGet(SeriesDelta::nothing);
        }
        return allBut(threshold.except());
    }

    /// The sums since the warm-up, by series. They change when more is added.
    public Map<String, SeriesDelta> totals() {
        return totals.all();
    }

    public Optional<SeriesDelta> total(String series) {
        return totals.of(series);
    }

    /// Counts of transactions together, without their parts.
    public SeriesDelta all() {
        return allBut(Set.of());
    }

    private SeriesDelta allBut(Set<String> except) {
        var all = SeriesDelta.nothing();
        for (var series : totals.all().entrySet()) {
            if (series.getKey().indexOf('/') < 0 && !except.contains(series.getKey())) {
                all = all.absorb(series.getValue());
            }
        }
        return all;
    }

    /// How many executions of transactions ended in the warm-up.
    public long endedInWarmup() {
        return warmup.all().entrySet().stream()
                .filter(series -> series.getKey().indexOf('/') < 0)
                .mapToLong(series -> series.getValue().ended())
                .sum();
    }

    public List<Interval> timeline(String series) {
        return timeline.of(series);
    }

    /// The length of an interval of the timeline: the one that was asked for, or in a long run a multiple of it.
    public Duration interval() {
        return Duration.ofNanos(timeline.intervalNanos());
    }

    /// The sum since the warm-up. It changes when more is added.
    public GeneratorHealth health() {
        return health;
    }

    /// What a generator used of its processors in the worst stretch of some seconds.
    public double cpuShareWorst() {
        return stretches.cpu().share();
    }

    /// For how much of the worst stretch an event loop was busy.
    public double loopShareWorst() {
        return stretches.loops().share();
    }

    /// For how much of the worst stretch garbage collection stopped a generator.
    public double pauseShareWorst() {
        return stretches.pauses().share();
    }

    Stretches stretches() {
        return stretches;
    }

    /// Until when something was counted, from the start of the run.
    public long untilNanos() {
        return untilNanos;
    }

    /// Which sequence numbers of an agent have come: all below the next, and those that came early.
    private static final class Received implements Serializable {
        private long next;
        private final TreeSet<Long> early = new TreeSet<>();

        boolean isNew(long sequence) {
            if (sequence < next || !early.add(sequence)) {
                return false;
            }
            while (early.remove(next)) {
                next++;
            }
            return true;
        }
    }
}
