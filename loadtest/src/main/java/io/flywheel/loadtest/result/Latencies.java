package io.flywheel.loadtest.result;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/// The one shape of histogram that everything here has, so that sums are exact: nanoseconds, in steps of 512 ns up to
/// 1 ms and of at most 0.1 % above, up to an hour; 190 KB.
public final class Latencies {
    static final long UNIT_NANOS = 1_000;
    /// Longer times count as this.
    public static final long NANOS_MAX = 3_600_000_000_000L;

    static final int DIGITS = 3;

    private Latencies() {}

    /// An empty histogram for one thread.
    public static Histogram empty() {
        return new Histogram(UNIT_NANOS, NANOS_MAX, DIGITS);
    }

    static AtomicHistogram emptyForManyThreads() {
        return new AtomicHistogram(UNIT_NANOS, NANOS_MAX, DIGITS);
    }

    /// What is recorded for a time: clocks may differ by a little between threads, so it may be below 0.
    static long recordable(long nanos) {
        return Math.clamp(nanos, 0, NANOS_MAX);
    }

    /// Whether two histograms agree in every bucket.
    public static boolean sameBuckets(Histogram one, Histogram other) {
        if (one.getTotalCount() != other.getTotalCount()) {
            return false;
        }
        for (var value : one.recordedValues()) {
            if (other.getCountAtValue(value.getValueIteratedTo()) != value.getCountAtValueIteratedTo()) {
                return false;
            }
        }
        return true;
    }
}
