package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.ThreadTasks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// The engine on files.
class FileShardStoreTest extends ShardStoreContract {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 4 << 20, 4096);
    private static final UUID ID = new UUID(1, 2);

    @TempDir
    private Path folder;

    private Disk disk = new io.flywheel.base.simulated.SimulatedDisk(GEOMETRY);

    @Override
    protected ShardStore create() throws IOException {
        return open(true);
    }

    private ShardStore open(boolean createsBlank) throws IOException {
        disk = FileDisk.open(folder, GEOMETRY);
        var opened = DiskShardStore.open(disk, new ThreadTasks(), Options.of(ID, createsBlank, GEOMETRY));
        assertThat(opened).isInstanceOf(Opened.Ok.class);
        return ((Opened.Ok) opened).store();
    }

    @Override
    protected ShardStore reopen(ShardStore store) throws IOException {
        store.close();
        disk.close();
        return open(false);
    }

    @AfterEach
    @Override
    void closeStore() {
        super.closeStore();
        disk.close();
    }
}
