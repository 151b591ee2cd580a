package io.flywheel.server;

import io.flywheel.background.Compact;
import io.flywheel.background.WorkerDriver;
import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.FileDisk;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A disk of this process: its folder, its engine, and the reclamation of its space.
final class AttachedDisk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttachedDisk.class);

    private static final long RESERVE_BYTES_MIN = 64L << 20;
    private static final int SECTOR_BYTES = ExtentGeometry.SECTOR_BYTES;

    private final DiskDirectory directory;
    private final Disk disk;
    private final DiskShardStore store;
    private final WorkerDriver reclamation;
    private final DiskCondition condition = new DiskCondition();

    private AttachedDisk(DiskDirectory directory, Disk disk, DiskShardStore store, WorkerDriver reclamation) {
        this.directory = directory;
        this.disk = disk;
        this.store = store;
        this.reclamation = reclamation;
    }

    /// What opening came to.
    sealed interface Attached {
        record Ok(AttachedDisk disk) implements Attached {}

        record Refused(String why) implements Attached {}
    }

    /// Opens the engine; the directory stays the caller's when this is refused.
    static Attached open(
            DiskDirectory directory, Configuration configuration, InjectedFaults faults, Tasks tasks, Clock clock) {
        Path path = directory.path();
        Disk disk;
        try {
            var files = FileDisk.open(
                    directory.folder("extents"), directory.identity().geometry());
            LOG.info("disk {} at {}: {}", directory.identity().disk(), path, files.description());
            disk = faults.on(path, new WatermarkDisk(files, reserveBytes(path, configuration)));
        } catch (IOException | StartRefused e) {
            return new Attached.Refused("the disk " + path + " cannot be opened: " + e);
        }
        var identity = directory.identity();
        var options = Options.of(identity.id().uuid(), directory.isNew(), identity.geometry());
        switch (DiskShardStore.open(disk, tasks, options)) {
            case Opened.Ok(var store, var recovered) -> {
                if (recovered && !directory.isNew()) {
                    LOG.info("the last stop of {} was not clean: its log was rolled forward", path);
                }
                // On its own, so that writers who wait for space never wait for another service.
                var compact = new Compact(store, clock, configuration.reclaimBytesPerSecond());
                var reclamation = WorkerDriver.start(tasks, clock, 1, List.of(compact));
                return new Attached.Ok(new AttachedDisk(directory, disk, (DiskShardStore) store, reclamation));
            }
            case Opened.Refused(var message) -> {
                disk.close();
                return new Attached.Refused("the disk " + path + " cannot be opened: " + message);
            }
        }
    }

    /// What of the file system extents never take: the configured share, and enough for the namespace on a
    /// small disk.
    static long reserveBytes(Path path, Configuration configuration) throws IOException {
        long total = Files.getFileStore(path).getTotalSpace();
        return Math.max((long) (total * configuration.diskWatermark()), Math.min(RESERVE_BYTES_MIN, total / 8));
    }

    DiskId id() {
        return directory.identity().id();
    }

    Path path() {
        return directory.path();
    }

    DiskDirectory directory() {
        return directory;
    }

    DiskShardStore store() {
        return store;
    }

    /// Reads where the engine keeps its superblocks, past the caches of the system where that can be: so the device
    /// itself has to answer. May wait for ever.
    Disk.Io probe() {
        var sector = ByteBuffer.allocateDirect(2 * SECTOR_BYTES).alignedSlice(SECTOR_BYTES);
        return disk.readOnce(0, 0, sector.limit(SECTOR_BYTES));
    }

    /// What is known of it without asking it.
    DiskCondition condition() {
        return condition;
    }

    /// Why it takes no more writes; empty while it does. Waits for the disk.
    Optional<String> fence() {
        return store.flush() instanceof io.flywheel.shardstore.ShardStore.Sealed.Fenced(var reason)
                ? Optional.of(reason.isEmpty() ? "it takes no more writes" : reason)
                : Optional.empty();
    }

    /// Ends its engine, and lets others open the folder.
    @Override
    public void close() {
        reclamation.close();
        store.close();
        disk.close();
        directory.close();
    }
}
