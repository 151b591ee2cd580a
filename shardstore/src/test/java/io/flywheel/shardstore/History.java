package io.flywheel.shardstore;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// One random history of a store through several lives, checked against what its dependencies promised.
final class History {
    private static final UUID ID = new UUID(7, 7);
    private static final int CALLERS = 3;

    private final Simulation simulation;
    private final Random random;
    private final Options options;
    private SimulatedDisk disk;
    private boolean ignoresFlushes;
    private int nextShard = 1;
    /// What is known of every shard that was ever written.
    private final TreeMap<ShardId, Known> known = new TreeMap<>();

    /// How far a shard's life has come, in the order of the calls that were made for it.
    private static final class Known {
        final byte[] value;
        /// A dependency of its put was seen persistent.
        boolean putPersistent;
        boolean deleteTried;
        boolean deletePersistent;
        /// Its put or delete is being called by a task right now.
        boolean busy;
        /// The put was refused or never called to its end.
        boolean doubtful = true;

        Known(byte[] value) {
            this.value = value;
        }
    }

    History(long seed, Disk.Geometry geometry) {
        simulation = new Simulation(seed);
        random = simulation.random();
        int pieceBytes = 512 << random.nextInt(3);
        int pieceBytesMax = pieceBytes << random.nextInt(2);
        options = new Options(
                ID,
                true,
                pieceBytesMax << random.nextInt(2),
                pieceBytes,
                pieceBytesMax,
                geometry.extentBytes() << random.nextInt(3));
        disk = new SimulatedDisk(geometry, simulation.tasks()::yieldNow);
        if (random.nextInt(4) == 0) {
            disk.faults().budgetBytes(geometry.extentBytes() * (9 + random.nextInt(4)));
        }
    }

    History ignoringFlushes() {
        ignoresFlushes = true;
        return this;
    }

    long trace() {
        return simulation.trace();
    }

    void lives(int count, boolean crashes) {
        for (int life = 0; life < count; life++) {
            boolean crash = crashes && random.nextInt(4) > 0;
            if (ignoresFlushes) {
                disk.faults().ignoreFlush();
            }
            if (crash) {
                disk.faults().crashAfter(random.nextInt(120));
            }
            simulation.runUntilCrash(() -> {
                live(crash);
                return true;
            });
            settleDoubts(crash);
            var next = crash ? disk.crash(random, simulation.tasks()::yieldNow) : disk.restart();
            next.faults().budgetBytes(disk.freeBytes());
            disk = next;
        }
        simulation.runUntilCrash(() -> {
            var opened = DiskShardStore.open(disk, simulation.tasks(), options);
            if (!(opened instanceof Opened.Ok(var store, var _))) {
                throw new AssertionError("at the end: " + opened);
            }
            checkAll(store, true);
            store.close();
            return true;
        });
    }

    /// After a crash nobody knows whether what was not persistent is there; the next life finds out.
    private void settleDoubts(boolean crashed) {
        known.values().forEach(one -> {
            one.busy = false;
            one.doubtful |= crashed && !one.putPersistent;
        });
    }

    private void live(boolean crashes) {
        var opened = DiskShardStore.open(disk, simulation.tasks(), options);
        if (!(opened instanceof Opened.Ok(var store, var _))) {
            if (disk.faults().stopped()) {
                return;
            }
            throw new AssertionError("refused: " + opened);
        }
        checkAll(store, true);
        var callers = new ArrayList<Tasks.Task>();
        for (int caller = 0; caller < CALLERS; caller++) {
            callers.add(simulation.tasks().start("caller " + caller, () -> call(store)));
        }
        callers.add(simulation.tasks().start("reclaim", () -> reclaim(store)));
        callers.forEach(Tasks.Task::join);
        if (!disk.faults().stopped()) {
            checkAll(store, false);
            checkSpace(store);
        }
        if (!crashes || random.nextInt(3) > 0) {
            store.close();
            if (!disk.faults().stopped()) {
                // Forward progress: after an orderly end everything that was accepted is persistent.
                known.values().forEach(one -> {
                    one.putPersistent |= !one.doubtful;
                    one.deletePersistent |= one.deleteTried;
                });
            }
        }
    }

    private void reclaim(ShardStore store) {
        int steps = random.nextInt(12);
        for (int step = 0; step < steps; step++) {
            store.reclaim();
            simulation.tasks().yieldNow();
        }
    }

    private void call(ShardStore store) {
        var waiting = new ArrayList<Runnable>();
        int calls = 5 + random.nextInt(25);
        for (int call = 0; call < calls; call++) {
            int kind = random.nextInt(10);
            if (kind < 5) {
                put(store, waiting);
            } else if (kind < 7) {
                delete(store, waiting);
            } else if (kind < 9) {
                read(store);
            } else {
                waiting.forEach(Runnable::run);
                waiting.clear();
            }
        }
        waiting.forEach(Runnable::run);
    }

    private byte[] value() {
        int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 5_000 : 700);
        var value = new byte[length];
        random.nextBytes(value);
        return value;
    }

    private void put(ShardStore store, List<Runnable> waiting) {
        var shard = shard(nextShard++);
        var one = new Known(value());
        one.busy = true;
        known.put(shard, one);
        ShardStore.Sealed sealed;
        if (random.nextInt(3) > 0) {
            sealed = store.put(shard, ByteBuffer.wrap(one.value));
        } else {
            try (var writer = store.open(shard)) {
                for (int at = 0; at < one.value.length; ) {
                    int length = Math.min(one.value.length - at, 1 + random.nextInt(1_500));
                    writer.append(ByteBuffer.wrap(one.value, at, length));
                    at += length;
                }
                if (random.nextInt(8) == 0) {
                    known.remove(shard);
                    return;
                }
                sealed = writer.seal();
            }
        }
        one.busy = false;
        if (sealed instanceof ShardStore.Sealed.Accepted) {
            one.doubtful = false;
            waiting.add(() -> one.putPersistent |= sealed.await() instanceof Persisted.Safe);
        } else if (sealed instanceof ShardStore.Sealed.Full) {
            known.remove(shard);
        }
    }

    private void delete(ShardStore store, List<Runnable> waiting) {
        var shard = anyShard();
        var one = shard == null ? null : known.get(shard);
        if (shard == null || one == null || one.busy || one.deleteTried) {
            return;
        }
        one.busy = true;
        one.deleteTried = true;
        var sealed = store.delete(shard);
        for (int step = 0; step < 30 && sealed instanceof ShardStore.Sealed.Full; step++) {
            store.reclaim();
            sealed = store.delete(shard);
        }
        one.busy = false;
        if (sealed instanceof ShardStore.Sealed.Full && !disk.faults().stopped()) {
            throw new AssertionError("a delete met a full disk");
        }
        var accepted = sealed;
        waiting.add(() -> one.deletePersistent |= accepted.await() instanceof Persisted.Safe);
    }

    private ShardId anyShard() {
        return nextShard == 1 ? shard(1) : shard(1 + random.nextInt(nextShard - 1));
    }

    private void read(ShardStore store) {
        var shard = anyShard();
        var one = known.get(shard);
        if (one == null) {
            return;
        }
        boolean sure = !one.busy && !one.doubtful && !one.deleteTried;
        int from = random.nextInt(one.value.length);
        var destination = ByteBuffer.allocate(1 + random.nextInt(one.value.length - from));
        var read = store.get(shard, from, destination);
        switch (read) {
            case ShardStore.Read.Found() -> {
                if (!destination.flip().equals(ByteBuffer.wrap(one.value, from, destination.limit()))) {
                    throw new AssertionError("a wrong byte of " + shard);
                }
            }
            case ShardStore.Read.Missing() -> {
                if (sure && !one.deleteTried) {
                    throw new AssertionError(shard + " is missing");
                }
            }
            case ShardStore.Read.Corrupt(var where) -> throw new AssertionError(shard + " is corrupt at " + where);
            case ShardStore.Read.Failed(var reason) -> {
                if (!disk.faults().stopped()) {
                    throw new AssertionError("a read failed: " + reason);
                }
            }
        }
    }

    /// Compares everything that is known, and everything that is there.
    private void checkAll(ShardStore store, boolean atStart) {
        Map<ShardId, Boolean> there = new HashMap<>();
        for (var shard : store.list(shard(0), Integer.MAX_VALUE)) {
            there.put(shard, true);
            if (!known.containsKey(shard)) {
                throw new AssertionError(shard + " was never sealed");
            }
        }
        known.forEach((shard, one) -> {
            if (one.busy) {
                return;
            }
            var destination = ByteBuffer.allocate(one.value.length);
            var read = store.get(shard, 0, destination);
            boolean found = read instanceof ShardStore.Read.Found;
            if (disk.faults().stopped()) {
                return;
            }
            if (!found && !(read instanceof ShardStore.Read.Missing)) {
                throw new AssertionError(shard + ": " + read);
            }
            if (found != there.containsKey(shard)) {
                throw new AssertionError(shard + ": list and get disagree");
            }
            if (found && !destination.flip().equals(ByteBuffer.wrap(one.value))) {
                throw new AssertionError(shard + " has other bytes");
            }
            if (!found && (one.putPersistent || !one.doubtful) && !one.deleteTried) {
                throw new AssertionError(shard + " was promised and is lost");
            }
            if (found && one.deletePersistent) {
                throw new AssertionError(shard + " came back after its delete");
            }
            if (atStart) {
                // What recovery finds is what every later one finds: nothing that was lost comes back.
                one.doubtful = !found;
                one.putPersistent |= found;
                one.deleteTried = !found;
                one.deletePersistent |= !found;
            }
        });
    }

    private void checkSpace(ShardStore store) {
        var space = store.space();
        long payload = 0;
        for (var shard : store.list(shard(0), Integer.MAX_VALUE)) {
            payload += store.length(shard).orElseThrow();
        }
        if (space.usedBytes() < payload || space.freeBytes() < 0 || space.garbageBytes() < 0) {
            throw new AssertionError("space does not add up: " + space + ", values " + payload);
        }
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(number % 3, 1, number), 0);
    }
}
