package io.flywheel.loadtest.result;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The run interval by interval. Whole histograms are kept of the last few, until agents that are late have sent
/// theirs; then an {@link Interval} of each, up to {@link #INTERVALS_MAX}; of a long run they become longer.
final class Timeline implements Serializable {
    /// More than two hours of seconds; where there are more, two are made one that is twice as long.
    static final int INTERVALS_MAX = 8_640;

    /// For how many intervals histograms are kept.
    static final int OPEN_INTERVALS = 10;

    private final long intervalNanos;
    private final TreeMap<Long, SeriesSums> open = new TreeMap<>();
    private final Map<String, List<Interval>> closed = new TreeMap<>();
    /// How many intervals are one by now.
    private long merged = 1;

    private long firstOpen;

    Timeline(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /// The interval of a delta is that in which its middle lies.
    void add(Delta delta) {
        long middle = delta.fromNanos() + (delta.toNanos() - delta.fromNanos()) / 2;
        long index = middle / intervalNanos;
        if (index < firstOpen) {
            // Too late to be seen in it; the totals have it.
            return;
        }
        open.computeIfAbsent(index, _ -> new SeriesSums()).add(delta.series());
        closeBefore(open.lastKey() - OPEN_INTERVALS + 1);
    }

    private void closeBefore(long index) {
        while (!open.isEmpty() && open.firstKey() < index) {
            var oldest = open.pollFirstEntry();
            while (oldest.getKey() / merged >= INTERVALS_MAX) {
                merged *= 2;
                closed.replaceAll((_, intervals) -> Interval.longer(intervals, 2));
            }
            oldest.getValue()
                    .all()
                    .forEach((name, counts) -> Interval.append(
                            closed.computeIfAbsent(name, _ -> new ArrayList<>()),
                            Interval.of(oldest.getKey(), counts).amongLonger(merged)));
        }
        firstOpen = Math.max(firstOpen, index);
    }

    /// Every interval of a series in which something was counted, oldest first.
    List<Interval> of(String series) {
        var all = new ArrayList<>(closed.getOrDefault(series, List.of()));
        open.forEach((index, sums) -> sums.of(series)
                .ifPresent(counts ->
                        Interval.append(all, Interval.of(index, counts).amongLonger(merged))));
        return all;
    }

    /// How long an interval is by now.
    long intervalNanos() {
        return Math.multiplyExact(intervalNanos, merged);
    }
}
