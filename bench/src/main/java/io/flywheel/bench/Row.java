package io.flywheel.bench;

import java.util.List;
import org.HdrHistogram.Histogram;

/// One side: the median, lowest and highest round per CPU-second, and the rest for orientation.
///
/// @param perSecond the median per second of wall time, client and server sharing the cores
/// @param latencyMillis50 and the 99th percentile below: of all rounds, 0 where single operations were not timed
record Row(
        String side,
        double median,
        double min,
        double max,
        double perSecond,
        double latencyMillis50,
        double latencyMillis99,
        int rounds) {
    static Row of(String side, Measure measure, List<Sample> samples) {
        var latency = new Histogram(2);
        samples.forEach(sample -> latency.add(sample.latencyMicros()));
        var rates = samples.stream().mapToDouble(measure::perCpu).sorted().toArray();
        var walls = samples.stream().mapToDouble(measure::perWall).sorted().toArray();
        return new Row(
                side,
                median(rates),
                rates[0],
                rates[rates.length - 1],
                median(walls),
                latency.getValueAtPercentile(50) / 1000.0,
                latency.getValueAtPercentile(99) / 1000.0,
                samples.size());
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
