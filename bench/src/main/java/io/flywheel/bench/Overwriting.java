package io.flywheel.bench;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;

/// Values of a mix of sizes on one store, each overwritten as objects are: a new shard is put, the old one is deleted
/// with it, and the caller waits until both are persistent. Callers are closed loops on parts of the values of their
/// own.
final class Overwriting {
    /// How values are drawn.
    enum Draw {
        UNIFORM,
        /// Four in five overwrites meet a fifth of the values.
        SKEWED
    }

    private final ShardStore store;
    private final int callers;
    private Draw draw = Draw.UNIFORM;
    private final ValueMix mix = new ValueMix();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong seeds = new AtomicLong();
    /// The shard's number that each value has now.
    private AtomicLongArray current = new AtomicLongArray(0);
    private long filled;

    Overwriting(ShardStore store, int callers) {
        this.store = store;
        this.callers = callers;
    }

    /// How values are drawn from now on.
    void draw(Draw next) {
        draw = next;
    }

    /// Writes more values until all take so many bytes.
    void fill(long bytes) {
        var numbers = new ArrayList<Long>();
        for (int at = 0; at < current.length(); at++) {
            numbers.add(current.get(at));
        }
        var random = new SplittableRandom(seeds.incrementAndGet());
        ShardStore.Sealed last = store.flush();
        while (filled < bytes) {
            int length = ValueMix.size(random);
            long number = next.incrementAndGet();
            last = store.put(shard(number), mix.value(length, random));
            require(last);
            numbers.add(number);
            filled += length;
        }
        require(last);
        current =
                new AtomicLongArray(numbers.stream().mapToLong(Long::longValue).toArray());
    }

    /// Overwrites until so many bytes were accepted.
    Sample overwrite(long bytes) throws Exception {
        return run(Long.MAX_VALUE, bytes);
    }

    Sample overwrite(Duration duration) throws Exception {
        return run(System.nanoTime() + duration.toNanos(), Long.MAX_VALUE);
    }

    private Sample run(long endNanos, long bytesMax) throws Exception {
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        var accepted = new AtomicLong();
        var loops = new ArrayList<Callable<Histogram>>();
        for (int caller = 0; caller < callers; caller++) {
            int number = caller;
            loops.add(() -> overwrite(number, endNanos, bytesMax, accepted));
        }
        var latency = new Histogram(2);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Histogram> loop : threads.invokeAll(loops)) {
                latency.add(loop.get());
            }
        }
        return new Sample(
                latency.getTotalCount(),
                accepted.get(),
                ServerProcess.ownCpuSeconds() - cpu,
                (System.nanoTime() - begin) / 1e9,
                latency);
    }

    private Histogram overwrite(int caller, long endNanos, long bytesMax, AtomicLong accepted) {
        var latency = new Histogram(2);
        var random = new SplittableRandom(seeds.incrementAndGet());
        int from = (int) ((long) current.length() * caller / callers);
        int count = (int) ((long) current.length() * (caller + 1) / callers) - from;
        long began = System.nanoTime();
        while (began < endNanos && accepted.get() < bytesMax) {
            int at = from + draw(count, random);
            int length = ValueMix.size(random);
            long number = next.incrementAndGet();
            require(store.put(shard(number), mix.value(length, random)));
            // The log keeps promises in their order: when the delete is persistent, the put is.
            var deleted = store.delete(shard(current.get(at)));
            require(deleted);
            if (!(deleted.await() instanceof Persisted.Safe)) {
                throw new IllegalStateException("an overwrite was lost");
            }
            current.set(at, number);
            long ended = System.nanoTime();
            latency.recordValue((ended - began) / 1000);
            accepted.addAndGet(length);
            began = ended;
        }
        return latency;
    }

    private int draw(int count, SplittableRandom random) {
        boolean hot = draw == Draw.SKEWED && random.nextInt(5) != 0;
        return random.nextInt(hot ? Math.max(1, count / 5) : count);
    }

    private static ShardId shard(long number) {
        return new ShardId(new BlockId(0, 1, number), 0);
    }

    private static void require(ShardStore.Sealed sealed) {
        if (!(sealed instanceof ShardStore.Sealed.Accepted)) {
            throw new IllegalStateException("a write was refused: " + sealed);
        }
    }
}
