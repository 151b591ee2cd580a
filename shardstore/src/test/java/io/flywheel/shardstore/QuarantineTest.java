package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which extents reclamation leaves alone, for how long, and who is told.
class QuarantineTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 64 << 10, 512);
    private static final UUID ID = new UUID(5, 6);
    private static final int VALUE_BYTES = 12 << 10;
    /// So many values fill an extent.
    private static final int PER_EXTENT = 5;

    private static final int COUNT = 50;

    private final Simulation simulation = new Simulation(5);
    private final SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
    private @Nullable DiskShardStore opened;

    private DiskShardStore store() {
        return Objects.requireNonNull(opened);
    }

    private void simulate(Runnable test) {
        simulation.run(() -> {
            opened = open();
            for (int number = 0; number < COUNT; number++) {
                assertThat(store().put(shard(number), value(number)).await()).isEqualTo(new Persisted.Safe());
            }
            reopen();
            test.run();
            store().close();
            return true;
        });
    }

    private DiskShardStore open() {
        var result = DiskShardStore.open(disk, simulation.tasks(), Options.of(ID, true, GEOMETRY));
        return (DiskShardStore) ((Opened.Ok) result).store();
    }

    private void reopen() {
        store().close();
        opened = open();
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(0, 1, number), 0);
    }

    private static ByteBuffer value(int number) {
        var bytes = ByteBuffer.allocate(VALUE_BYTES);
        while (bytes.hasRemaining()) {
            bytes.put((byte) (7 * number));
        }
        return bytes.flip();
    }

    /// Of the values in each extent but the last, only the first and the last stay.
    private void makeGarbage() {
        for (int number = 0; number < COUNT - PER_EXTENT; number++) {
            if (number % PER_EXTENT != 0 && number % PER_EXTENT != PER_EXTENT - 1) {
                delete(number);
            }
        }
    }

    private void delete(int number) {
        assertThat(store().delete(shard(number)).await()).isEqualTo(new Persisted.Safe());
    }

    private void damage(int number) {
        var read = ByteBuffer.allocate(VALUE_BYTES);
        for (int extent = Superblocks.COPIES; extent < GEOMETRY.extents(); extent++) {
            for (long at = 0; at + VALUE_BYTES <= disk.writtenBytes(extent); at += Frame.ALIGNMENT_BYTES) {
                boolean isThere = disk.read(extent, at, read.clear()).done()
                        && read.flip().equals(value(number));
                if (isThere) {
                    disk.flipBit(extent, at, 1);
                    return;
                }
            }
        }
        throw new AssertionError("the value is not on the disk");
    }

    private ShardStore.Read get(int number) {
        var destination = ByteBuffer.allocate(VALUE_BYTES);
        var read = store().get(shard(number), 0, destination);
        if (read instanceof ShardStore.Read.Found) {
            assertThat(destination.flip()).isEqualTo(value(number));
        }
        return read;
    }

    private void reclaimAll() {
        while (store().reclaim()) {
            // The condition does the work.
        }
    }

    @Test
    void shouldReclaimTheOtherExtentsBesideADamagedValue() {
        simulate(() -> {
            damage(PER_EXTENT);
            makeGarbage();
            reclaimAll();
            assertThat(store().damage())
                    .singleElement()
                    .asString()
                    .startsWith("extent ")
                    .contains(" is left alone: damaged: the value of " + shard(PER_EXTENT));
            assertThat(get(PER_EXTENT)).isInstanceOf(ShardStore.Read.Corrupt.class);
            assertThat(get(2 * PER_EXTENT - 1)).isEqualTo(new ShardStore.Read.Found());
            assertThat(store().space().garbageBytes()).isLessThan(2 * GEOMETRY.extentBytes());
        });
    }

    @Test
    void shouldTryAnExtentAgainWhenHalfOfWhatWasLiveIsGone() {
        simulate(() -> {
            damage(PER_EXTENT);
            makeGarbage();
            reclaimAll();
            assertThat(store().damage()).hasSize(1);
            delete(PER_EXTENT);
            reclaimAll();
            assertThat(store().damage()).isEmpty();
            assertThat(get(2 * PER_EXTENT - 1)).isEqualTo(new ShardStore.Read.Found());
            assertThat(store().space().garbageBytes()).isLessThan(GEOMETRY.extentBytes());
        });
    }

    @Test
    void shouldLeaveAnExtentThatCannotBeReadToTheNextStart() {
        simulate(() -> {
            makeGarbage();
            disk.faults().failNextReads(1);
            assertThat(store().reclaim()).isFalse();
            reclaimAll();
            assertThat(store().damage()).singleElement().asString().contains("unreadable: injected read error");
            reopen();
            assertThat(store().damage()).isEmpty();
            reclaimAll();
            assertThat(store().damage()).isEmpty();
            assertThat(store().space().garbageBytes()).isLessThan(GEOMETRY.extentBytes());
        });
    }
}
