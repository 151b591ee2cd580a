package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// What one transaction came to in one interval of a run, small enough to be kept for every interval.
///
/// @param index of the interval: it began at index times the interval's length
/// @param percentilesNanos of the latency, as {@link #PERCENTILES} says
/// @param cells how many latencies fell into each cell of {@link #cell}, for a heat map
public record Interval(
        long index,
        long ended,
        long failed,
        long dropped,
        long starved,
        long sentBytes,
        long receivedBytes,
        long[] percentilesNanos,
        int[] cells)
        implements Serializable {
    /// Which percentiles an interval has; the last is the longest latency.
    public static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9, 100.0);

    /// Four cells for each doubling from 1 µs to 2^32 µs (71 minutes).
    public static final int CELLS = 128;

    public Interval {
        check(percentilesNanos.length == PERCENTILES.size(), "percentiles");
        check(cells.length == CELLS, "cells");
    }

    static Interval of(long index, SeriesDelta delta) {
        var latency = delta.latency();
        var percentiles = new long[PERCENTILES.size()];
        for (int i = 0; i < percentiles.length; i++) {
            percentiles[i] = delta.ended() == 0 ? 0 : latency.getValueAtPercentile(PERCENTILES.get(i));
        }
        return new Interval(
                index,
                delta.ended(),
                delta.failed(),
                delta.dropped(),
                delta.starved(),
                delta.sentBytes(),
                delta.receivedBytes(),
                percentiles,
                cells(latency));
    }

    /// The two as one that is longer: counts add up, of percentiles it has the worse.
    Interval with(Interval other) {
        var percentiles = percentilesNanos.clone();
        for (int i = 0; i < percentiles.length; i++) {
            percentiles[i] = Math.max(percentiles[i], other.percentilesNanos[i]);
        }
        var sums = cells.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (int) Math.min(Integer.MAX_VALUE, (long) sums[i] + other.cells[i]);
        }
        return new Interval(
                index,
                ended + other.ended,
                failed + other.failed,
                dropped + other.dropped,
                starved + other.starved,
                sentBytes + other.sentBytes,
                receivedBytes + other.receivedBytes,
                percentiles,
                sums);
    }

    /// Fewer, each of which is up to {@code times} as long.
    ///
    /// @param intervals in order
    public static List<Interval> longer(List<Interval> intervals, long times) {
        var fewer = new ArrayList<Interval>();
        intervals.forEach(interval -> append(fewer, interval.amongLonger(times)));
        return fewer;
    }

    /// In order; two of the same index are one.
    static void append(List<Interval> intervals, Interval next) {
        if (!intervals.isEmpty() && intervals.getLast().index() == next.index()) {
            intervals.add(intervals.removeLast().with(next));
        } else {
            intervals.add(next);
        }
    }

    /// The same among intervals that are {@code times} as long.
    Interval amongLonger(long times) {
        return new Interval(
                index / times, ended, failed, dropped, starved, sentBytes, receivedBytes, percentilesNanos, cells);
    }

    private static int[] cells(Histogram latency) {
        var cells = new int[CELLS];
        for (var value : latency.recordedValues()) {
            int cell = cell(value.getValueIteratedTo());
            cells[cell] = (int) Math.min(Integer.MAX_VALUE, cells[cell] + value.getCountAtValueIteratedTo());
        }
        return cells;
    }

    /// The cell that a latency falls into.
    public static int cell(long nanos) {
        double doublings = Math.log(Math.max(1_000, nanos) / 1_000.0) / Math.log(2);
        return (int) Math.min(CELLS - 1, Math.floor(doublings * 4));
    }

    /// Where a cell begins.
    public static long cellFromNanos(int cell) {
        return Math.round(1_000 * Math.pow(2, cell / 4.0));
    }
}
