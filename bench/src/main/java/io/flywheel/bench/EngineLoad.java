package io.flywheel.bench;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Puts and gets on one store.
final class EngineLoad {
    /// Values that gets choose from: few enough for the page cache.
    private static final long READ_BYTES = 256 << 20;

    private final ShardStore store;
    private final AtomicLong next = new AtomicLong();

    EngineLoad(ShardStore store) {
        this.store = store;
    }

    /// Callers in a closed loop, each waits until its value is persistent. Afterwards, untimed, the values are removed.
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
            made.forEach(store::delete);
            while (store.reclaim()) {
                // Until there is nothing left worth doing.
            }
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

    /// One caller reads whole values at random.
    Sample get(int bytes, Duration duration) {
        var value = new byte[bytes];
        var shards = new ArrayList<ShardId>();
        for (long held = 0; held < READ_BYTES; held += bytes) {
            var shard = new ShardId(new BlockId(0, 1, next.incrementAndGet()), 0);
            store.put(shard, ByteBuffer.wrap(value));
            shards.add(shard);
        }
        store.flush().await();
        var destination = ByteBuffer.allocateDirect(bytes);
        // Direct writes leave nothing in the page cache.
        shards.forEach(shard -> read(shard, destination));
        var random = new Random(1);
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        long reads = 0;
        while (System.nanoTime() < end) {
            read(shards.get(random.nextInt(shards.size())), destination);
            reads++;
        }
        var sample = Sample.untimed(
                reads, reads * bytes, ServerProcess.ownCpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
        shards.forEach(store::delete);
        while (store.reclaim()) {
            // Until there is nothing left worth doing.
        }
        return sample;
    }

    private void read(ShardId shard, ByteBuffer destination) {
        if (!(store.get(shard, 0, destination.clear()) instanceof ShardStore.Read.Found)) {
            throw new IllegalStateException(shard + " cannot be read");
        }
    }
}
