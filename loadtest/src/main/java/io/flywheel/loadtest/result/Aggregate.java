package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Adds up deltas from any number of agents, in whatever order they come and however often. Its memory depends on
/// the transactions and the intervals, and by some bytes on the agents. For one thread at a time.
public final class Aggregate {
    private final long warmupNanos;
    private final Duration interval;
    private final Map<String, SeriesDelta> totals = new TreeMap<>();
    private final Map<String, SeriesDelta> warmup = new TreeMap<>();
    private final Map<String, Received> agents = new HashMap<>();
    private final Timeline timeline;
    private GeneratorHealth health = GeneratorHealth.nothing();
    private long untilNanos;

    /// @param warmup deltas that begin before it has passed are in the timeline alone
    /// @param interval the length of an interval of the timeline
    public Aggregate(Duration warmup, Duration interval) {
        check(!warmup.isNegative(), "a warm-up is not negative");
        check(interval.isPositive(), "an interval has a length");
        this.warmupNanos = warmup.toNanos();
        this.interval = interval;
        this.timeline = new Timeline(interval.toNanos());
    }

    /// Adds what was not added before.
    ///
    /// @return false when it was
    public boolean add(Delta delta) {
        if (!agents.computeIfAbsent(delta.agent(), _ -> new Received()).isNew(delta.sequence())) {
            return false;
        }
        timeline.add(delta);
        untilNanos = Math.max(untilNanos, delta.toNanos());
        boolean measured = delta.fromNanos() >= warmupNanos;
        var sums = measured ? totals : warmup;
        delta.series().forEach((name, counts) -> {
            var sum = sums.get(name);
            sums.put(name, (sum == null ? SeriesDelta.nothing() : sum).absorb(counts));
        });
        if (measured) {
            health = health.absorb(delta.health());
        }
        return true;
    }

    /// The sums since the warm-up, by series. They change when more is added.
    public Map<String, SeriesDelta> totals() {
        return Collections.unmodifiableMap(totals);
    }

    public Optional<SeriesDelta> total(String series) {
        return Optional.ofNullable(totals.get(series));
    }

    /// Counts of transactions together, without their parts.
    public SeriesDelta all() {
        var all = SeriesDelta.nothing();
        for (var series : totals.entrySet()) {
            if (series.getKey().indexOf('/') < 0) {
                all = all.absorb(series.getValue());
            }
        }
        return all;
    }

    /// How many executions of transactions ended in the warm-up.
    public long endedInWarmup() {
        return warmup.entrySet().stream()
                .filter(series -> series.getKey().indexOf('/') < 0)
                .mapToLong(series -> series.getValue().ended())
                .sum();
    }

    public List<Interval> timeline(String series) {
        return timeline.of(series);
    }

    /// The length of an interval of the timeline.
    public Duration interval() {
        return interval;
    }

    /// How many executions came too late for the timeline; they are in the totals.
    public long lateForTimeline() {
        return timeline.late();
    }

    /// The sum since the warm-up. It changes when more is added.
    public GeneratorHealth health() {
        return health;
    }

    /// Until when something was counted, from the start of the run.
    public long untilNanos() {
        return untilNanos;
    }

    /// Which deltas of an agent are missing between those that came.
    public List<Long> gaps(String agent) {
        var received = agents.get(agent);
        return received == null ? List.of() : received.gaps();
    }

    /// Which sequence numbers of an agent have come: all below the next, and those that came early.
    private static final class Received {
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

        List<Long> gaps() {
            var gaps = new TreeSet<Long>();
            for (long sequence = next; !early.isEmpty() && sequence < early.last(); sequence++) {
                if (!early.contains(sequence)) {
                    gaps.add(sequence);
                }
            }
            return List.copyOf(gaps);
        }
    }
}
