package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The engine on a simulated disk, with real tasks.
class DiskShardStoreTest extends ShardStoreContract {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 4 << 20, 4096);
    private static final UUID ID = new UUID(1, 2);

    private SimulatedDisk disk = new SimulatedDisk(GEOMETRY);

    @Override
    protected ShardStore create() {
        return open(disk, true);
    }

    @Override
    protected ShardStore reopen(ShardStore store) {
        store.close();
        disk = disk.crashDroppingUnflushed();
        return open(disk, false);
    }

    private static ShardStore open(SimulatedDisk disk, boolean createsBlank) {
        var opened = DiskShardStore.open(disk, new ThreadTasks(), Options.of(ID, createsBlank, GEOMETRY));
        assertThat(opened).isInstanceOf(Opened.Ok.class);
        return ((Opened.Ok) opened).store();
    }

    private static long prepared(Disk disk) {
        return IntStream.range(0, GEOMETRY.extents()).filter(disk::prepared).count();
    }

    /// Of a new disk only the superblock's extents and the first one of the log are made before it is ready.
    @Test
    void shouldTakeNoSpaceAheadBeforeAnybodyWrites() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var tasks = simulation.tasks();
            var blank = new SimulatedDisk(GEOMETRY, tasks::yieldNow);
            var opened = DiskShardStore.open(blank, tasks, Options.of(ID, true, GEOMETRY));
            try (var store = ((Opened.Ok) opened).store()) {
                tasks.sleep(Duration.ofMinutes(1));
                assertThat(prepared(blank)).isEqualTo(3);
                store.put(new ShardId(new BlockId(0, 1, 0), 0), ByteBuffer.allocate(1000))
                        .await();
                tasks.sleep(Duration.ofMinutes(1));
                assertThat(prepared(blank)).as("for those who write next").isGreaterThan(6);
            }
        });
    }
}
