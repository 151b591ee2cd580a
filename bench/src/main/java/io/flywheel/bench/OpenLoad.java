package io.flywheel.bench;

import io.flywheel.base.Tasks;
import io.flywheel.namespace.Content;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Reads that begin when they are due, at drawn moments, whether or not earlier ones have ended; each is timed from
/// when it was due. A closed loop would ask a slow fleet for less, and so leave out most of what is slow.
final class OpenLoad {
    private static final int DIGITS = 3;

    private final ServedFleet fleet;
    private final ObjectAccess objects;
    private final List<Stored> stored = new ArrayList<>();
    private final Random random = new Random(1);

    private record Stored(Content content, int bytes) {}

    /// What a round came to.
    ///
    /// @param bySize latencies in microseconds, by the object's size
    record Round(Sample sample, Map<Integer, Histogram> bySize) {}

    OpenLoad(ServedFleet fleet) {
        this.fleet = fleet;
        objects = fleet.objects();
    }

    /// Stores so many objects of each size; a size that is named twice is read twice as often.
    void fill(List<Integer> sizes, int count) {
        for (int i = 0; i < count; i++) {
            for (int size : sizes) {
                byte[] bytes = new byte[size];
                random.nextBytes(bytes);
                stored.add(new Stored(fleet.put("object-" + stored.size(), bytes), size));
            }
        }
    }

    /// Reads one object after the other.
    void warmUp(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            var object = draw();
            objects.get(object.content(), object.bytes());
        }
    }

    private Stored draw() {
        return stored.get(random.nextInt(stored.size()));
    }

    Round run(double perSecond, Duration round) {
        var bySize = new TreeMap<Integer, Histogram>();
        stored.forEach(object -> bySize.computeIfAbsent(object.bytes(), _ -> new ConcurrentHistogram(DIGITS)));
        var failure = new AtomicReference<RuntimeException>();
        var reads = new ArrayList<Tasks.Task>();
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long bytes = 0;
        double dueNanos = begin;
        while (true) {
            dueNanos -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
            if (dueNanos - begin > round.toNanos()) {
                break;
            }
            long due = (long) dueNanos;
            waitUntil(due);
            var object = draw();
            bytes += object.bytes();
            var latency = Objects.requireNonNull(bySize.get(object.bytes()));
            reads.add(fleet.tasks().start("get", () -> {
                try {
                    objects.get(object.content(), object.bytes());
                    latency.recordValue((System.nanoTime() - due) / 1000);
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            }));
        }
        reads.forEach(Tasks.Task::join);
        if (failure.get() != null) {
            throw failure.get();
        }
        var all = new Histogram(DIGITS);
        bySize.values().forEach(all::add);
        return new Round(
                new Sample(
                        reads.size(),
                        bytes,
                        ServerProcess.ownCpuSeconds() - cpu,
                        (System.nanoTime() - begin) / 1e9,
                        all),
                bySize);
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
