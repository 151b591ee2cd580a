package io.flywheel.objects;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A disk of the fleet, and how its reads go, as seen from here. Thread-safe.
public final class FleetDisk {
    /// What was measured is worth half after this time: a disk that was slow is tried again.
    private static final double HALF_LIFE_NANOS = 5e9;

    private static final double WEIGHT = 0.1;
    private static final double FAILURE_NANOS = 1e9;

    private final DiskId id;
    private final ShardStore store;
    private final Clock clock;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong latencyBits = new AtomicLong();
    private volatile long measuredNanos;
    /// When the disk last got busy, or ended a read.
    private volatile long movedNanos;

    public FleetDisk(DiskId id, ShardStore store, Clock clock) {
        this.id = id;
        this.store = store;
        this.clock = clock;
        measuredNanos = clock.monotonicNanos();
    }

    public DiskId id() {
        return id;
    }

    public ShardStore store() {
        return store;
    }

    /// Reads as the store does, and takes note of how long it took. A failure counts as a slow read.
    ShardStore.Read read(ShardId shard, long offsetBytes, ByteBuffer destination) {
        long began = clock.monotonicNanos();
        if (inFlight.getAndIncrement() == 0) {
            movedNanos = began;
        }
        boolean failed = true;
        try {
            var outcome = store.get(shard, offsetBytes, destination);
            failed = outcome instanceof ShardStore.Read.Failed;
            return outcome;
        } finally {
            inFlight.decrementAndGet();
            measure(failed ? FAILURE_NANOS : clock.monotonicNanos() - began);
        }
    }

    /// How long a read is expected to take now, in nanoseconds, those in flight before it included. A disk that
    /// has answered nothing for a while is expected to go on like that.
    double expectedNanos() {
        int before = inFlight.get();
        double stuck = before == 0 ? 0 : clock.monotonicNanos() - movedNanos;
        return Math.max(latencyNanos(), stuck) * (1 + before);
    }

    public int inFlight() {
        return inFlight.get();
    }

    /// The recent latency of reads; it fades while nobody reads.
    public double latencyNanos() {
        double age = Math.max(0, clock.monotonicNanos() - measuredNanos);
        return Double.longBitsToDouble(latencyBits.get()) * Math.pow(0.5, age / HALF_LIFE_NANOS);
    }

    private void measure(double nanos) {
        double faded = latencyNanos();
        // Two at once may lose one of the two: an average bears that.
        latencyBits.set(Double.doubleToLongBits(faded + WEIGHT * (nanos - faded)));
        measuredNanos = clock.monotonicNanos();
        movedNanos = measuredNanos;
    }

    @Override
    public String toString() {
        return "disk " + id;
    }
}
