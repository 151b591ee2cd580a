package io.flywheel.storage;

import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.util.Optional;

/// What a storage node lets callers in its own process use past the messages: look-ups of values that memory
/// holds, for reads that must not wait ({@link ShardStore#locate}). They are neither fenced, as no read is, nor
/// counted as heat, since they do not touch the disk.
public interface LocalDisks {
    /// Looks a value up on a disk; empty where there is none, or the disk is not here (any more).
    Optional<ShardStore.Located> locate(DiskId disk, ShardId shard);
}
