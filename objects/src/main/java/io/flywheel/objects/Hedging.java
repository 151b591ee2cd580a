package io.flywheel.objects;

import io.flywheel.base.Tasks;
import java.time.Duration;
import java.util.Arrays;

/// When a read has waited longer than most, another shard is asked as well, as long as few reads are doubled:
/// "The Tail at Scale" (Dean and Barroso, CACM 2013). Thread-safe.
public final class Hedging {
    /// Hedges for each read.
    static final double SHARE = 0.02;

    private static final double SAVED_MAX = 16;
    private static final int SAMPLES = 512;
    private static final int SAMPLES_PER_LOOK = 64;
    private static final double QUANTILE = 0.95;
    private static final long MIN_NANOS = 500_000;
    private static final long FIRST_NANOS = 50_000_000;

    private final Tasks.Mutex mutex;
    private final long[] samples = new long[SAMPLES];
    private long reads;
    private long hedges;
    private double saved = SAVED_MAX / 2;
    private volatile long delayNanos = FIRST_NANOS;

    public Hedging(Tasks tasks) {
        mutex = tasks.mutex();
    }

    /// A read of one shard took so long.
    void took(long nanos) {
        mutex.lock();
        try {
            samples[(int) (reads % SAMPLES)] = nanos;
            reads++;
            saved = Math.min(SAVED_MAX, saved + SHARE);
            if (reads % SAMPLES_PER_LOOK == 0) {
                var sorted = Arrays.copyOf(samples, (int) Math.min(reads, SAMPLES));
                Arrays.sort(sorted);
                delayNanos = Math.max(MIN_NANOS, sorted[(int) (sorted.length * QUANTILE)]);
            }
        } finally {
            mutex.unlock();
        }
    }

    /// How long to wait for a read before another is begun beside it.
    Duration delay() {
        return Duration.ofNanos(delayNanos);
    }

    /// Whether another read may be begun; counts it.
    boolean mayHedge() {
        mutex.lock();
        try {
            if (saved < 1) {
                return false;
            }
            saved--;
            hedges++;
            return true;
        } finally {
            mutex.unlock();
        }
    }

    /// Reads of shards so far.
    public long reads() {
        mutex.lock();
        try {
            return reads;
        } finally {
            mutex.unlock();
        }
    }

    /// Those that were begun beside a slow one.
    public long hedges() {
        mutex.lock();
        try {
            return hedges;
        } finally {
            mutex.unlock();
        }
    }
}
