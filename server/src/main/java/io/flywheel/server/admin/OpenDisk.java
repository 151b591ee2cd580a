package io.flywheel.server.admin;

import io.flywheel.base.DiskId;
import io.flywheel.placement.Heat;
import io.flywheel.shardstore.ShardStore;
import java.nio.file.Path;
import java.util.List;

/// A disk of the fleet that this process has open, as it is now.
///
/// @param path the folder that is the disk
/// @param store where its shards are asked for
/// @param reason why it is not well; empty when it is
/// @param damages what is broken on it, for the operator
public record OpenDisk(
        DiskId id, Path path, ShardStore store, Condition condition, String reason, Heat heat, List<String> damages) {
    /// How much it can be relied upon.
    public enum Condition {
        WELL,
        /// It errs, or is slow beyond what its load explains.
        SUSPECT,
        /// It takes no more writes.
        FAILED
    }

    public OpenDisk {
        damages = List.copyOf(damages);
    }
}
