package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CompactTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 64 << 10, 4096);
    private static final UUID ID = new UUID(1, 2);
    private static final int VALUE_BYTES = 3 << 10;
    private static final int CALLERS = 4;

    private static DiskShardStore open(Simulation simulation) {
        var disk = new SimulatedDisk(GEOMETRY, simulation.tasks()::yieldNow);
        var opened = DiskShardStore.open(disk, simulation.tasks(), Options.of(ID, true, GEOMETRY));
        return (DiskShardStore) ((Opened.Ok) opened).store();
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(0, 1, number), 0);
    }

    private static ShardStore.Sealed put(ShardStore store, int number) {
        return store.put(shard(number), ByteBuffer.allocate(VALUE_BYTES));
    }

    /// Puts values until they take so much of the disk; how many there are.
    private static int fill(ShardStore store, double share) {
        int count = 0;
        while (store.space().usedBytes() < share * store.space().totalBytes()) {
            assertThat(put(store, count++).await()).isEqualTo(new Persisted.Safe());
        }
        return count;
    }

    @Test
    void shouldStayWithinItsBudgetWhilePlentyIsFree() {
        World.forSeeds(3, simulation -> {
            long bytesPerSecond = 50 << 10;
            try (var store = open(simulation)) {
                int count = fill(store, 0.5);
                for (int number = 0; number < count; number++) {
                    if (number % 8 != 0) {
                        store.delete(shard(number)).await();
                    }
                }
                long before = store.reclamation().movedBytes();
                var compact = new Compact(store, simulation.clock(), bytesPerSecond);
                try (var _ = WorkerDriver.start(simulation.tasks(), simulation.clock(), 1, List.of(compact))) {
                    for (int second = 1; second <= 4; second++) {
                        simulation.tasks().sleep(Duration.ofSeconds(1));
                        assertThat(store.reclamation().movedBytes() - before)
                                .isLessThan(second * bytesPerSecond + 2 * GEOMETRY.extentBytes());
                    }
                    simulation.tasks().sleep(Duration.ofMinutes(1));
                }
                assertThat(store.reclamation().movedBytes()).isGreaterThan(before);
                // What half of an extent gives back is worth copying the other half.
                assertThat(store.space().garbageBytes())
                        .isLessThan(store.space().totalBytes() / 4);
            }
        });
    }

    @Test
    void shouldNeverLetWritersWaitForABudgetOnADiskThatCanBeReclaimed() {
        World.forSeeds(5, simulation -> {
            try (var store = open(simulation)) {
                int count = fill(store, 0.45);
                var compact = new Compact(store, simulation.clock(), 1);
                try (var _ = WorkerDriver.start(simulation.tasks(), simulation.clock(), 1, List.of(compact))) {
                    long begin = simulation.clock().monotonicNanos();
                    var callers = new ArrayList<Tasks.Task>();
                    for (int caller = 0; caller < CALLERS; caller++) {
                        int first = caller;
                        callers.add(
                                simulation.tasks().start("caller", () -> overwrite(simulation, store, first, count)));
                    }
                    callers.forEach(Tasks.Task::join);
                    // At one byte a second the copies that this takes would need days.
                    assertThat(simulation.clock().monotonicNanos() - begin)
                            .isLessThan(Duration.ofMinutes(1).toNanos());
                    assertThat(store.reclamation().movedBytes()).isGreaterThan(GEOMETRY.extentBytes());
                }
            }
        });
    }

    /// Overwrites values of one caller's as objects are: each is put under a new name, then the old one is deleted.
    private static void overwrite(Simulation simulation, ShardStore store, int first, int count) {
        var mine = new ArrayList<Integer>();
        for (int number = first; number < count; number += CALLERS) {
            mine.add(number);
        }
        for (int step = 0; step < count; step++) {
            int at = simulation.random().nextInt(mine.size());
            int next = count + step * CALLERS + first;
            assertThat(put(store, next)).isInstanceOf(ShardStore.Sealed.Accepted.class);
            assertThat(store.delete(shard(mine.get(at))).await()).isEqualTo(new Persisted.Safe());
            mine.set(at, next);
        }
    }
}
