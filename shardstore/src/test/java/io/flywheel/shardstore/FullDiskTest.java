package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Who waits for reclamation, and who is told that the disk is full.
class FullDiskTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 64 << 10, 4096);
    private static final UUID ID = new UUID(1, 2);
    private static final int VALUE_BYTES = 12 << 10;
    private static final int CALLERS = 4;
    private static final int SEEDS = 5;

    private static void forSeeds(Consumer<Simulation> test) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                test.accept(simulation);
                return true;
            });
        }
    }

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

    /// Puts until one is refused; how many were accepted.
    private static int fill(ShardStore store) {
        int count = 0;
        while (put(store, count) instanceof ShardStore.Sealed.Accepted(var dependency)) {
            dependency.await();
            count++;
        }
        return count;
    }

    /// Makes garbage of some extents; many more deletes would not fit a full disk.
    private static void deleteSome(ShardStore store) {
        for (int number = 0; number < 20; number++) {
            assertThat(store.delete(shard(number))).isInstanceOf(ShardStore.Sealed.Accepted.class);
        }
        assertThat(store.flush().await()).isEqualTo(new Persisted.Safe());
    }

    @Test
    void shouldRefuseNoPutWhileReclamationGetsOn() {
        forSeeds(simulation -> {
            var store = open(simulation);
            int count = 130;
            for (int number = 0; number < count; number++) {
                assertThat(put(store, number).await()).isEqualTo(new Persisted.Safe());
            }
            var reclaiming = simulation.tasks().start("reclamation", () -> {
                while (true) {
                    store.reclaim();
                    simulation.tasks().sleep(Duration.ofMillis(1));
                }
            });
            var callers = new ArrayList<Tasks.Task>();
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                callers.add(simulation.tasks().start("caller", () -> {
                    for (int number = first; number < 2 * count; number += CALLERS) {
                        assertThat(put(store, count + number)).isInstanceOf(ShardStore.Sealed.Accepted.class);
                        assertThat(store.delete(shard(number)).await()).isEqualTo(new Persisted.Safe());
                    }
                }));
            }
            callers.forEach(Tasks.Task::join);
            reclaiming.cancel();
            reclaiming.join();
            store.close();
        });
    }

    @Test
    void shouldRefuseAPutAtOnceWhenNothingIsGarbage() {
        forSeeds(simulation -> {
            var store = open(simulation);
            int count = fill(store);
            while (store.reclaim()) {
                // Until there is nothing left worth doing.
            }
            long begin = simulation.clock().monotonicNanos();
            assertThat(put(store, count)).isEqualTo(new ShardStore.Sealed.Full());
            assertThat(simulation.clock().monotonicNanos()).isEqualTo(begin);
            store.close();
        });
    }

    @Test
    void shouldRefuseAPutInTheEndWhenNobodyReclaims() {
        forSeeds(simulation -> {
            var store = open(simulation);
            int count = fill(store);
            deleteSome(store);
            long begin = simulation.clock().monotonicNanos();
            assertThat(put(store, count)).isEqualTo(new ShardStore.Sealed.Full());
            assertThat(simulation.clock().monotonicNanos() - begin)
                    .isBetween(1L, Duration.ofSeconds(10).toNanos());
            store.close();
        });
    }

    @Test
    void shouldAcceptAPutThatWaitedWhenReclamationBegins() {
        forSeeds(simulation -> {
            var store = open(simulation);
            int count = fill(store);
            deleteSome(store);
            var reclaiming = simulation.tasks().start("reclamation", () -> {
                simulation.tasks().sleep(Duration.ofSeconds(1));
                for (int step = 0; step < 20 && store.reclaim(); step++) {
                    // The condition does the work.
                }
            });
            assertThat(put(store, count).await()).isEqualTo(new Persisted.Safe());
            reclaiming.join();
            store.close();
        });
    }

    /// A store in which little is left and reclamation has copied the rest of one extent.
    private static DiskShardStore openWhileReclaiming(Simulation simulation) {
        var store = open(simulation);
        int count = 0;
        while (store.space().freeBytes() > GEOMETRY.extentBytes()) {
            assertThat(put(store, count).await()).isEqualTo(new Persisted.Safe());
            if (count++ == 100) {
                for (int number = 0; number < 30; number++) {
                    // One of the three values in an extent stays.
                    if (number % 3 != 0) {
                        assertThat(store.delete(shard(number)).await()).isEqualTo(new Persisted.Safe());
                    }
                }
            }
        }
        while (store.reclamation().movedBytes() < VALUE_BYTES) {
            assertThat(store.reclaim()).isTrue();
        }
        return store;
    }

    @Test
    void shouldLetInAtOnceWhatReclamationWillGiveBack() {
        forSeeds(simulation -> {
            var store = openWhileReclaiming(simulation);
            long begin = simulation.clock().monotonicNanos();
            assertThat(put(store, 1_000)).isInstanceOf(ShardStore.Sealed.Accepted.class);
            assertThat(simulation.clock().monotonicNanos()).isEqualTo(begin);
            store.close();
        });
    }

    @Test
    void shouldHoldPutsToThePaceOfReclamationBeforeTheDiskIsFull() {
        forSeeds(simulation -> {
            var store = openWhileReclaiming(simulation);
            long begin = simulation.clock().monotonicNanos();
            int count = 0;
            while (simulation.clock().monotonicNanos() == begin) {
                // The last one waited for reclamation to get on, which it did not.
                assertThat(put(store, 1_000 + count++)).isInstanceOf(ShardStore.Sealed.Accepted.class);
            }
            assertThat(store.space().freeBytes()).isPositive();
            store.close();
        });
    }

    @Test
    void shouldWantReclamationBeforeAnybodyHasToWait() {
        forSeeds(simulation -> {
            var store = open(simulation);
            assertThat(store.reclamation().pressure()).isZero();
            double pressure = 0;
            for (int count = 0; store.space().freeBytes() > 3 * GEOMETRY.extentBytes(); count++) {
                assertThat(put(store, count)).isInstanceOf(ShardStore.Sealed.Accepted.class);
                assertThat(store.reclamation().pressure()).isGreaterThanOrEqualTo(pressure);
                pressure = store.reclamation().pressure();
            }
            assertThat(pressure).isEqualTo(1);
            store.close();
        });
    }
}
