package io.flywheel.objects;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Heat;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/// A disk of the fleet, and how its requests go, as seen from here. Thread-safe.
public final class FleetDisk {
    /// What was measured is worth half after this time: a disk that was slow is tried again.
    private static final double HALF_LIFE_NANOS = 5e9;

    private static final double WEIGHT = 0.1;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    /// A disk that failed so often in a row is suspect for a while.
    private static final int SUSPECT_FAILURES = 3;

    private static final long SUSPECT_NANOS = 5_000_000_000L;

    private final DiskId id;
    private final ShardStore store;
    private final LongFunction<ShardStore> inEpoch;
    private final Clock clock;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong latencyBits = new AtomicLong();
    private volatile long measuredNanos;
    /// When the disk last got busy, or answered.
    private volatile long movedNanos;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile long failedNanos;
    private long countedRequests;
    private long countedNanos;
    private double perSecond;

    /// A disk that is asked without epochs: of a fleet whose slots never move.
    public FleetDisk(DiskId id, ShardStore store, Clock clock) {
        this(id, store, _ -> store, clock);
    }

    /// @param store whose writes are of the present epoch of each copyset
    /// @param inEpoch the same store, for the writes of whoever knows one epoch: refused once it is over
    public FleetDisk(DiskId id, ShardStore store, LongFunction<ShardStore> inEpoch, Clock clock) {
        this.id = id;
        this.store = store;
        this.inEpoch = inEpoch;
        this.clock = clock;
        measuredNanos = clock.monotonicNanos();
        countedNanos = measuredNanos;
    }

    public DiskId id() {
        return id;
    }

    public ShardStore store() {
        return store;
    }

    ShardStore store(long epoch) {
        return inEpoch.apply(epoch);
    }

    /// Reads as the store does, and takes note of how that went.
    ShardStore.Read read(ShardId shard, long offsetBytes, ByteBuffer destination) {
        long began = clock.monotonicNanos();
        if (inFlight.getAndIncrement() == 0) {
            movedNanos = began;
        }
        requests.incrementAndGet();
        boolean failed = true;
        try {
            var outcome = store.get(shard, offsetBytes, destination);
            failed = outcome instanceof ShardStore.Read.Failed;
            return outcome;
        } finally {
            inFlight.decrementAndGet();
            answered(began, failed);
        }
    }

    private void answered(long began, boolean failed) {
        long now = clock.monotonicNanos();
        if (failed) {
            failedNanos = now;
            failures.incrementAndGet();
        } else {
            failures.set(0);
            double faded = latencyNanos(now);
            latencyBits.set(Double.doubleToLongBits(faded + WEIGHT * (now - began - faded)));
            measuredNanos = now;
        }
        movedNanos = now;
    }

    /// A write was refused, and not for want of room. As a rule that is for good, but a page of the index that
    /// could not be read makes it once: the disk is tried again.
    void refused() {
        failedNanos = clock.monotonicNanos();
        failures.set(SUSPECT_FAILURES);
    }

    /// Whether the disk can be relied upon now.
    DiskView.Health health() {
        boolean failing = failures.get() >= SUSPECT_FAILURES && clock.monotonicNanos() - failedNanos < SUSPECT_NANOS;
        return failing ? DiskView.Health.SUSPECT : DiskView.Health.HEALTHY;
    }

    /// What was asked of the disk since the last call, by one caller at a time. A disk that has answered
    /// nothing for a while is expected to go on like that.
    Heat heat() {
        long now = clock.monotonicNanos();
        long count = requests.get();
        double seconds = (now - countedNanos) / NANOS_PER_SECOND;
        if (seconds > 0) {
            double kept = Math.exp(-seconds);
            perSecond = kept * perSecond + (1 - kept) * (count - countedRequests) / seconds;
            countedRequests = count;
            countedNanos = now;
        }
        int waiting = inFlight.get();
        double stuck = waiting == 0 ? 0 : Math.max(0, now - movedNanos);
        return new Heat(waiting, perSecond, Math.max(latencyNanos(now), stuck) / NANOS_PER_MILLI);
    }

    /// The recent latency of reads; it fades while nobody reads.
    private double latencyNanos(long now) {
        double age = Math.max(0, now - measuredNanos);
        return Double.longBitsToDouble(latencyBits.get()) * Math.pow(0.5, age / HALF_LIFE_NANOS);
    }

    @Override
    public String toString() {
        return "disk " + id;
    }
}
