package io.flywheel.loadtest.result;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.WriterReaderPhaser;

/// Counts for one transaction or part. Any thread may record, without waiting; {@link #take} is for one thread at a
/// time and gives each execution to exactly one delta, whole.
public final class SeriesRecorder {
    /// How an execution ended.
    ///
    /// @param latencyNanos from the intended start
    /// @param serviceNanos from the real start
    public record Times(long latencyNanos, long serviceNanos) {}

    private final WriterReaderPhaser phaser = new WriterReaderPhaser();
    private volatile Counts active;
    private Counts idle;

    /// @param withService false where there is no intended start: the histogram of service times is the other one
    SeriesRecorder(boolean withService) {
        this.active = new Counts(withService);
        this.idle = new Counts(withService);
    }

    public void succeeded(Times times, long sentBytes, long receivedBytes) {
        long entered = phaser.writerCriticalSectionEnter();
        try {
            active.ended(times, sentBytes, receivedBytes);
        } finally {
            phaser.writerCriticalSectionExit(entered);
        }
    }

    public void failed(Times times, long sentBytes, long receivedBytes, FailureSample failure) {
        long entered = phaser.writerCriticalSectionEnter();
        try {
            active.ended(times, sentBytes, receivedBytes);
            active.failed(failure);
        } finally {
            phaser.writerCriticalSectionExit(entered);
        }
    }

    public void dropped() {
        long entered = phaser.writerCriticalSectionEnter();
        try {
            active.dropped.increment();
        } finally {
            phaser.writerCriticalSectionExit(entered);
        }
    }

    public void starved() {
        long entered = phaser.writerCriticalSectionEnter();
        try {
            active.starved.increment();
        } finally {
            phaser.writerCriticalSectionExit(entered);
        }
    }

    public void checked(String name, boolean passed) {
        long entered = phaser.writerCriticalSectionEnter();
        try {
            active.checked(name, passed);
        } finally {
            phaser.writerCriticalSectionExit(entered);
        }
    }

    /// What was recorded since the last call; empty when nothing was.
    Optional<SeriesDelta> take() {
        phaser.readerLock();
        try {
            Counts full = active;
            active = idle;
            phaser.flipPhase();
            idle = full;
            return full.drain();
        } finally {
            phaser.readerUnlock();
        }
    }

    /// What was recorded while this was the active one of the two.
    private static final class Counts {
        private final AtomicHistogram latency = Latencies.emptyForManyThreads();
        private final Optional<AtomicHistogram> service;
        private final LongAdder failed = new LongAdder();
        private final LongAdder dropped = new LongAdder();
        private final LongAdder starved = new LongAdder();
        private final LongAdder sentBytes = new LongAdder();
        private final LongAdder receivedBytes = new LongAdder();
        private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
        private final Map<String, LongAdder[]> checks = new ConcurrentHashMap<>();
        private final Map<String, FailureSamples> samples = new ConcurrentHashMap<>();

        Counts(boolean withService) {
            this.service = withService ? Optional.of(Latencies.emptyForManyThreads()) : Optional.empty();
        }

        void ended(Times times, long sent, long received) {
            latency.recordValue(Latencies.recordable(times.latencyNanos()));
            if (service.isPresent()) {
                service.get().recordValue(Latencies.recordable(times.serviceNanos()));
            }
            if (sent != 0) {
                sentBytes.add(sent);
            }
            if (received != 0) {
                receivedBytes.add(received);
            }
        }

        void failed(FailureSample failure) {
            failed.increment();
            String kind = Bounded.name(errors, failure.kind());
            errors.computeIfAbsent(kind, _ -> new LongAdder()).increment();
            samples.computeIfAbsent(kind, _ -> new FailureSamples()).offer(failure);
        }

        void checked(String name, boolean passed) {
            var counts = checks.computeIfAbsent(
                    Bounded.name(checks, name), _ -> new LongAdder[] {new LongAdder(), new LongAdder()});
            counts[passed ? 0 : 1].increment();
        }

        /// Nobody writes any more.
        Optional<SeriesDelta> drain() {
            boolean nothing =
                    latency.getTotalCount() == 0 && dropped.sum() == 0 && starved.sum() == 0 && checks.isEmpty();
            if (nothing) {
                return Optional.empty();
            }
            var errorCounts = new HashMap<String, Long>();
            errors.forEach((kind, count) -> errorCounts.put(kind, count.sum()));
            var checkCounts = new HashMap<String, CheckCount>();
            checks.forEach((name, counts) -> checkCounts.put(name, new CheckCount(counts[0].sum(), counts[1].sum())));
            List<FailureSample> kept = new ArrayList<>();
            samples.values().forEach(some -> kept.addAll(some.kept()));
            var taken = new SeriesDelta(
                    plain(latency),
                    plain(service.orElse(latency)),
                    failed.sumThenReset(),
                    dropped.sumThenReset(),
                    starved.sumThenReset(),
                    sentBytes.sumThenReset(),
                    receivedBytes.sumThenReset(),
                    errorCounts,
                    checkCounts,
                    kept);
            latency.reset();
            service.ifPresent(AtomicHistogram::reset);
            errors.clear();
            checks.clear();
            samples.clear();
            return Optional.of(taken);
        }

        private static Histogram plain(AtomicHistogram recorded) {
            var copy = Latencies.empty();
            copy.add(recorded);
            return copy;
        }
    }

    /// The first few failures of a kind.
    private static final class FailureSamples {
        private final FailureSample[] kept = new FailureSample[SeriesDelta.SAMPLES_MAX];
        private final AtomicInteger offered = new AtomicInteger();

        void offer(FailureSample failure) {
            // Read first: of a million failures all but five change nothing.
            if (offered.get() < kept.length) {
                int at = offered.getAndIncrement();
                if (at < kept.length) {
                    kept[at] = failure;
                }
            }
        }

        List<FailureSample> kept() {
            return List.of(Arrays.copyOf(kept, Math.min(kept.length, offered.get())));
        }
    }
}
