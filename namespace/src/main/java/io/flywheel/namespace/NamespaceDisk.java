package io.flywheel.namespace;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.rocks.RocksHome;
import java.nio.file.Path;

/// A disk that may hold the namespace.
///
/// @param log for the log alone; whoever opened it closes it, after the namespace or after it was detached
/// @param home of the tables, or of their checkpoints where the tables are on another disk
public record NamespaceDisk(DiskId id, Disk log, Home home) {
    /// With the tables in {@code folder/state} and their checkpoints in {@code folder/checkpoints}.
    public NamespaceDisk(DiskId id, Disk log, Path folder) {
        this(id, log, new RocksHome(folder.resolve("state"), folder.resolve("checkpoints")));
    }
}
