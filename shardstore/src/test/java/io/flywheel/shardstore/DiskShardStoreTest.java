package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedDisk;
import java.util.UUID;

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
}
