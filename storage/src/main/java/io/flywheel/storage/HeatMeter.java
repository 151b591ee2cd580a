package io.flywheel.storage;

import io.flywheel.base.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Counts the load on a disk. Thread-safe, without a lock.
final class HeatMeter {
    /// What is older than this has less than 37 % of the weight of what is now.
    static final Duration WINDOW = Duration.ofSeconds(10);

    private static final double WINDOW_NANOS = WINDOW.toNanos();

    private final Clock clock;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Meter reads;
    private final Meter writes;

    HeatMeter(Clock clock) {
        this.clock = clock;
        reads = new Meter(clock.monotonicNanos());
        writes = new Meter(clock.monotonicNanos());
    }

    /// A request was received; the moment is for {@link #end}.
    long begin() {
        inFlight.incrementAndGet();
        return clock.monotonicNanos();
    }

    /// It was answered.
    void end(boolean isWrite, long bytes, long begunNanos) {
        inFlight.decrementAndGet();
        long now = clock.monotonicNanos();
        (isWrite ? writes : reads).add(bytes, now - begunNanos, now);
    }

    /// It was not served.
    void drop() {
        inFlight.decrementAndGet();
    }

    DiskHeat snapshot() {
        long now = clock.monotonicNanos();
        return new DiskHeat(inFlight.get(), reads.load(now), writes.load(now));
    }

    /// Sums whose parts fade with their age: their quotients are the averages.
    private record Faded(long atNanos, double requests, double latencyNanos) {
        double weight(long nowNanos) {
            return Math.exp(-Math.max(0, nowNanos - atNanos) / WINDOW_NANOS);
        }
    }

    private static final class Meter {
        private final AtomicReference<Faded> faded;
        private final AtomicLong requests = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        Meter(long nowNanos) {
            faded = new AtomicReference<>(new Faded(nowNanos, 0, 0));
        }

        void add(long moreBytes, long latencyNanos, long nowNanos) {
            requests.incrementAndGet();
            bytes.addAndGet(moreBytes);
            while (true) {
                var before = faded.get();
                double weight = before.weight(nowNanos);
                var after = new Faded(
                        Math.max(before.atNanos(), nowNanos),
                        before.requests() * weight + 1,
                        before.latencyNanos() * weight + latencyNanos);
                if (faded.compareAndSet(before, after)) {
                    return;
                }
            }
        }

        DiskHeat.Load load(long nowNanos) {
            var now = faded.get();
            double perSecond = now.requests() * now.weight(nowNanos) / (WINDOW_NANOS / 1e9);
            double latencyNanos = now.requests() == 0 ? 0 : now.latencyNanos() / now.requests();
            return new DiskHeat.Load(perSecond, latencyNanos, requests.get(), bytes.get());
        }
    }
}
