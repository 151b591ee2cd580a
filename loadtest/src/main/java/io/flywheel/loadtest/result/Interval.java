package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

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
        int[] cells) {
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
