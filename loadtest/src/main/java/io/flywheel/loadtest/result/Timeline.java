package io.flywheel.loadtest.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The run interval by interval. Whole histograms are kept of the last few, until agents that are late have sent
/// theirs; then an {@link Interval} of each, up to {@link #INTERVALS_MAX}.
final class Timeline {
    /// A day of intervals of 10 s; older ones are forgotten, the totals keep them.
    static final int INTERVALS_MAX = 8_640;

    /// For how many intervals histograms are kept.
    static final int OPEN_INTERVALS = 10;

    private final long intervalNanos;
    private final TreeMap<Long, Map<String, SeriesDelta>> open = new TreeMap<>();
    private final Map<String, List<Interval>> closed = new TreeMap<>();
    private long firstOpen;
    private long late;

    Timeline(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /// The interval of a delta is that in which its middle lies.
    void add(Delta delta) {
        long middle = delta.fromNanos() + (delta.toNanos() - delta.fromNanos()) / 2;
        long index = middle / intervalNanos;
        if (index < firstOpen) {
            late += delta.series().values().stream()
                    .mapToLong(SeriesDelta::ended)
                    .sum();
            return;
        }
        var series = open.computeIfAbsent(index, _ -> new TreeMap<>());
        delta.series().forEach((name, counts) -> {
            var sum = series.get(name);
            series.put(name, (sum == null ? SeriesDelta.nothing() : sum).absorb(counts));
        });
        closeBefore(open.lastKey() - OPEN_INTERVALS + 1);
    }

    private void closeBefore(long index) {
        while (!open.isEmpty() && open.firstKey() < index) {
            var oldest = open.pollFirstEntry();
            oldest.getValue().forEach((name, counts) -> {
                var intervals = closed.computeIfAbsent(name, _ -> new ArrayList<>());
                intervals.add(Interval.of(oldest.getKey(), counts));
                if (intervals.size() > INTERVALS_MAX) {
                    intervals.subList(0, INTERVALS_MAX / 10).clear();
                }
            });
        }
        firstOpen = Math.max(firstOpen, index);
    }

    /// Every interval of a series in which something was counted, oldest first.
    List<Interval> of(String series) {
        var all = new ArrayList<>(closed.getOrDefault(series, List.of()));
        open.forEach((index, names) -> {
            var counts = names.get(series);
            if (counts != null) {
                all.add(Interval.of(index, counts));
            }
        });
        return all;
    }

    /// How many executions came too late to be in the timeline; the totals have them.
    long late() {
        return late;
    }
}
