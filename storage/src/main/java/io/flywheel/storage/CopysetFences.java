package io.flywheel.storage;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The lowest epoch of each copyset under which one disk takes writes. It survives a restart: a fence is a value
/// of one byte in the disk's store, and all that it says is its key. Those keys are of a copyset that no fleet
/// uses, the last one, so that they follow everything else in a listing.
///
/// ```
///   copyset 2^31 - 1 | lease: copyset + 1 | counter: epoch | slot 0
/// ```
final class CopysetFences {
    /// Not to be written or read by callers.
    static final int RESERVED_COPYSET = Integer.MAX_VALUE;

    private static final int LISTED_AT_ONCE = 1000;

    private final ShardStore store;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition drained;
    /// How many wait for writes to end.
    private final AtomicInteger raising = new AtomicInteger();
    private final ConcurrentHashMap<Integer, Gate> gates = new ConcurrentHashMap<>();

    CopysetFences(ShardStore store, Tasks tasks) {
        this.store = store;
        this.mutex = tasks.mutex();
        this.drained = mutex.condition();
    }

    /// Writes of one copyset since its epoch was last raised. Who raises it waits for those before to end.
    private static final class Generation {
        final long epochMin;
        final AtomicInteger writes = new AtomicInteger();

        Generation(long epochMin) {
            this.epochMin = epochMin;
        }
    }

    private static final class Gate {
        volatile Generation current = new Generation(0);
        /// Those before in which writes may be under way. Under the mutex.
        final List<Generation> before = new ArrayList<>();
        /// The highest epoch whose fence is persistent. Under the mutex.
        long persistent = -1;
    }

    /// A turn to write.
    sealed interface Turn {
        /// Must be closed when the write is visible or was refused.
        final class Given implements Turn, AutoCloseable {
            private final CopysetFences fences;
            private final Generation generation;

            private Given(CopysetFences fences, Generation generation) {
                this.fences = fences;
                this.generation = generation;
            }

            @Override
            public void close() {
                fences.leave(generation);
            }
        }

        /// @param epoch the lowest that is taken
        record Stale(int copyset, long epoch) implements Turn {}
    }

    /// Reads what was fenced in earlier lives.
    /// @throws IndexUnreadable when the disk does not let it be known
    void load() {
        var from = fence(0, 0);
        while (true) {
            var page = store.list(from, LISTED_AT_ONCE);
            for (var shard : page) {
                var block = shard.block();
                var gate = gate((int) (block.lease() - 1));
                gate.current = new Generation(Math.max(gate.current.epochMin, block.counter()));
                gate.persistent = gate.current.epochMin;
            }
            if (page.size() < LISTED_AT_ONCE) {
                return;
            }
            var last = page.getLast().block();
            from = new ShardId(new BlockId(last.copyset(), last.lease(), last.counter() + 1), 0);
        }
    }

    private static ShardId fence(int copyset, long epoch) {
        return new ShardId(new BlockId(RESERVED_COPYSET, copyset + 1L, epoch), 0);
    }

    private Gate gate(int copyset) {
        return gates.computeIfAbsent(copyset, _ -> new Gate());
    }

    /// Asks to write to a copyset that is believed to be at an epoch.
    Turn enter(int copyset, long epoch) {
        var gate = gate(copyset);
        while (true) {
            var generation = gate.current;
            if (epoch < generation.epochMin) {
                return new Turn.Stale(copyset, generation.epochMin);
            }
            generation.writes.incrementAndGet();
            // Either this sees that the epoch was raised meanwhile, or who raises it sees this write.
            if (gate.current.equals(generation)) {
                return new Turn.Given(this, generation);
            }
            leave(generation);
        }
    }

    private void leave(Generation generation) {
        if (generation.writes.decrementAndGet() == 0 && raising.get() > 0) {
            mutex.lock();
            try {
                drained.signalAll();
            } finally {
                mutex.unlock();
            }
        }
    }

    /// Refuses lower epochs from now on, waits until no write under one is under way, and makes the fence
    /// persistent. A fence that is lower than one before changes nothing. Where the fence was lost, lower epochs
    /// are refused until the next restart only.
    ShardStore.Sealed raise(int copyset, long epoch) {
        var gate = gate(copyset);
        boolean isPersistent;
        mutex.lock();
        raising.incrementAndGet();
        try {
            if (gate.current.epochMin < epoch) {
                gate.before.add(gate.current);
                gate.current = new Generation(epoch);
            }
            while (gate.before.stream().anyMatch(generation -> generation.writes.get() > 0)) {
                drained.await();
            }
            gate.before.clear();
            isPersistent = gate.persistent >= epoch;
        } finally {
            raising.decrementAndGet();
            mutex.unlock();
        }
        return isPersistent ? store.flush() : persist(gate, copyset, epoch);
    }

    private ShardStore.Sealed persist(Gate gate, int copyset, long epoch) {
        var sealed = store.put(fence(copyset, epoch), ByteBuffer.allocate(1));
        if (!(sealed.await() instanceof Persisted.Safe)) {
            return sealed;
        }
        mutex.lock();
        try {
            long before = gate.persistent;
            gate.persistent = Math.max(before, epoch);
            // Two fences of one copyset do no harm: the higher counts.
            if (before >= 0 && before < epoch) {
                store.delete(fence(copyset, before));
            }
        } finally {
            mutex.unlock();
        }
        return sealed;
    }
}
