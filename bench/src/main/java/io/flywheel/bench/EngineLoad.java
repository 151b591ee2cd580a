package io.flywheel.bench;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Puts and gets on one store.
final class EngineLoad {
    /// Values that gets choose from: few enough for the page cache.
    static final long READ_BYTES = 256 << 20;
    /// Values that are each read once: more than the device's own cache holds, and far more than the processor's.
    static final long COLD_BYTES = 2L << 30;

    /// What is not measured is written so many at once: a store behind a node waits for each call.
    private static final int TOGETHER = 64;

    private final ShardStore store;
    private final AtomicLong next = new AtomicLong();

    EngineLoad(ShardStore store) {
        this.store = store;
    }

    /// Callers in a closed loop, each waits until its value is persistent. Afterwards, untimed, the values are
    /// removed.
    Sample put(int bytes, int callers, Duration duration) throws Exception {
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        var loops = new ArrayList<Callable<List<ShardId>>>();
        for (int caller = 0; caller < callers; caller++) {
            loops.add(() -> {
                var value = new byte[bytes];
                new Random(bytes).nextBytes(value);
                var made = new ArrayList<ShardId>();
                while (System.nanoTime() < end) {
                    made.add(put(value));
                }
                return made;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var made = new ArrayList<ShardId>();
            for (Future<List<ShardId>> loop : threads.invokeAll(loops)) {
                made.addAll(loop.get());
            }
            var sample = Sample.untimed(
                    made.size(),
                    (long) made.size() * bytes,
                    ServerProcess.ownCpuSeconds() - cpu,
                    (System.nanoTime() - begin) / 1e9);
            remove(made);
            return sample;
        }
    }

    private ShardId put(byte[] value) {
        var shard = new ShardId(new BlockId(0, 1, next.incrementAndGet()), 0);
        if (!(store.put(shard, ByteBuffer.wrap(value)).await() instanceof Persisted.Safe)) {
            throw new IllegalStateException("a value was not stored");
        }
        return shard;
    }

    /// One caller reads whole values at random, again and again, out of the page cache.
    Sample get(int bytes, Duration duration) {
        var shards = fill(bytes, READ_BYTES);
        var destination = ByteBuffer.allocateDirect(bytes);
        // Direct writes leave nothing in the page cache.
        shards.forEach(shard -> read(shard, destination));
        var random = new Random(1);
        long end = System.nanoTime() + duration.toNanos();
        var sample = Sample.here(bytes, () -> {
            long reads = 0;
            while (System.nanoTime() < end) {
                read(shards.get(random.nextInt(shards.size())), destination);
                reads++;
            }
            return reads;
        });
        remove(shards);
        return sample;
    }

    /// One caller reads each value once, in an order that nothing can foresee, from the device: direct writes
    /// leave nothing in the page cache.
    Sample getCold(int bytes) {
        var shards = fill(bytes, COLD_BYTES);
        Collections.shuffle(shards, new Random(1));
        var destination = ByteBuffer.allocateDirect(bytes);
        var sample = Sample.here(bytes, () -> {
            shards.forEach(shard -> read(shard, destination));
            return shards.size();
        });
        remove(shards);
        return sample;
    }

    private List<ShardId> fill(int bytes, long totalBytes) {
        var value = new byte[bytes];
        var shards = new ArrayList<ShardId>();
        var together = new ArrayList<ShardStore.Put>();
        for (long held = 0; held < totalBytes; held += bytes) {
            var shard = new ShardId(new BlockId(0, 1, next.incrementAndGet()), 0);
            together.add(new ShardStore.Put(shard, ByteBuffer.wrap(value)));
            shards.add(shard);
            if (together.size() == TOGETHER || held + bytes >= totalBytes) {
                if (!(store.putAll(together).await() instanceof Persisted.Safe)) {
                    throw new IllegalStateException("values were not stored");
                }
                together.clear();
            }
        }
        return shards;
    }

    private void remove(List<ShardId> shards) {
        store.deleteAll(shards).await();
        while (store.reclaim()) {
            // Until there is nothing left worth doing.
        }
    }

    private void read(ShardId shard, ByteBuffer destination) {
        if (!(store.get(shard, 0, destination.clear()) instanceof ShardStore.Read.Found)) {
            throw new IllegalStateException(shard + " cannot be read");
        }
    }
}
