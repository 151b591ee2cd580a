package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.checks.ForwardingDisk;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What reclamation reads, and when: live values, several at once, and nothing any more once the store is closed.
class EvacuationReadsTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 16 << 20, 4096);
    private static final int VALUE_BYTES = 512 << 10;
    private static final int VALUES = 84;
    private static final int SEEDS = 15;

    /// Counts what is read for reclamation; each such read takes a while.
    private static final class WatchedDisk extends ForwardingDisk {
        private final Tasks tasks;
        private final int turns;
        private long bytes;
        private int reading;
        private int readingMax;

        WatchedDisk(Disk disk, Tasks tasks, int turns) {
            super(disk);
            this.tasks = tasks;
            this.turns = turns;
        }

        @Override
        public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
            bytes += destination.remaining();
            readingMax = Math.max(readingMax, ++reading);
            for (int turn = 0; turn < turns; turn++) {
                tasks.yieldNow();
            }
            var io = super.read(extent, offsetBytes, destination);
            reading--;
            return io;
        }
    }

    /// A store of which every fourth value is still there, and the disk below it.
    private static final class Fixture {
        final Simulation simulation;
        final SimulatedDisk below = new SimulatedDisk(GEOMETRY);
        final WatchedDisk disk;
        final DiskShardStore store;

        /// @param turns that the reads of reclamation take
        Fixture(Simulation simulation, int turns) {
            this.simulation = simulation;
            this.disk = new WatchedDisk(below, simulation.tasks(), turns);
            this.store = open(disk, simulation);
            for (int number = 0; number < VALUES; number++) {
                assertThat(store.put(shard(number), value(number))).isInstanceOf(ShardStore.Sealed.Accepted.class);
            }
            for (int number = 0; number < VALUES; number++) {
                if (!isKept(number)) {
                    assertThat(store.delete(shard(number))).isInstanceOf(ShardStore.Sealed.Accepted.class);
                }
            }
            assertThat(store.flush().await()).isEqualTo(new Persisted.Safe());
            disk.bytes = 0;
        }
    }

    private static DiskShardStore open(Disk disk, Simulation simulation) {
        var options = Options.of(new UUID(1, 2), true, GEOMETRY);
        return (DiskShardStore) ((Opened.Ok) DiskShardStore.open(disk, simulation.tasks(), options)).store();
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(0, 1, number), 0);
    }

    private static boolean isKept(int number) {
        return number % 4 == 0;
    }

    private static ByteBuffer value(int number) {
        var bytes = ByteBuffer.allocate(VALUE_BYTES);
        for (int at = 0; at < VALUE_BYTES; at += Long.BYTES) {
            bytes.putLong(at, (long) number << 32 | at);
        }
        return bytes;
    }

    private static void assertIntact(ShardStore store) {
        var destination = ByteBuffer.allocate(VALUE_BYTES);
        for (int number = 0; number < VALUES; number += 4) {
            assertThat(store.get(shard(number), 0, destination.clear())).isEqualTo(new ShardStore.Read.Found());
            assertThat(destination.flip()).isEqualTo(value(number));
        }
    }

    /// Reclaims until an extent is gone through in part.
    private static void beginEvacuation(Fixture fixture) {
        for (int step = 0; fixture.disk.bytes == 0; step++) {
            assertThat(step).isLessThan(100);
            assertThat(fixture.store.reclaim()).isTrue();
        }
    }

    @Test
    void shouldLeaveOutThePayloadsOfLargeDeadValues() {
        var simulation = new Simulation(3);
        simulation.run(() -> {
            var fixture = new Fixture(simulation, 0);
            while (fixture.store.reclaim()) {
                // Until nothing is left to do.
            }
            long live = (VALUES + 3) / 4 * (long) Frame.bytes(VALUE_BYTES);
            long dead = (VALUES - VALUES / 4) * (long) Frame.bytes(VALUE_BYTES);
            assertThat(fixture.store.space().garbageBytes()).isLessThan(dead / 2);
            // Each value may be followed by a read ahead in vain.
            long headers = VALUES * (LiveFrames.AHEAD_BYTES + 2L * GEOMETRY.sectorBytes());
            assertThat(fixture.disk.bytes).isBetween(live / 2, live + headers);
            assertThat(live + headers).isLessThan((live + dead) * 6 / 10);
            assertIntact(fixture.store);
            fixture.store.close();
        });
    }

    @Test
    void shouldReadSeveralPartsOfAnExtentAtOnce() {
        var simulation = new Simulation(4);
        simulation.run(() -> {
            var fixture = new Fixture(simulation, 20);
            beginEvacuation(fixture);
            assertThat(fixture.disk.readingMax).isGreaterThanOrEqualTo(3);
            fixture.store.close();
        });
    }

    @Test
    void shouldReadNothingMoreWhenTheStoreWasClosedInTheMiddle() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var simulation = new Simulation(seed);
            var below = simulation.run(() -> {
                var fixture = new Fixture(simulation, 20);
                beginEvacuation(fixture);
                fixture.store.close();
                expectQuiet(fixture);
                return fixture.below;
            });
            reopenAndCheck(below, seed);
        }
    }

    @Test
    void shouldReadNothingMoreWhenTheStoreWasFencedInTheMiddle() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var simulation = new Simulation(seed);
            var below = simulation.run(() -> {
                var fixture = new Fixture(simulation, 20);
                beginEvacuation(fixture);
                fixture.below.faults().failNextFlush();
                while (fixture.store.reclaim()) {
                    // Until the flush that fails.
                }
                fixture.store.close();
                expectQuiet(fixture);
                return fixture.below;
            });
            reopenAndCheck(below.restart(), seed);
        }
    }

    private static void expectQuiet(Fixture fixture) {
        long bytes = fixture.disk.bytes;
        assertThat(fixture.disk.reading).isZero();
        for (int turn = 0; turn < 1_000; turn++) {
            fixture.simulation.tasks().yieldNow();
        }
        assertThat(fixture.store.reclaim()).isFalse();
        assertThat(fixture.disk.bytes).isEqualTo(bytes);
    }

    private static void reopenAndCheck(Disk disk, int seed) {
        var simulation = new Simulation(seed);
        simulation.run(() -> {
            var store = open(disk, simulation);
            assertIntact(store);
            store.close();
        });
    }
}
