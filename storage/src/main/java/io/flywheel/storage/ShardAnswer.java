package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.util.List;

/// What a storage node answers to a {@link ShardRequest}.
sealed interface ShardAnswer {
    /// What was asked is done; what was written is persistent.
    record Done() implements ShardAnswer {}

    /// The bytes of a stream were taken.
    record Taken() implements ShardAnswer {}

    /// As {@link ShardStore.Sealed.Full}.
    record Full() implements ShardAnswer {}

    /// As {@link ShardStore.Sealed.Fenced}.
    record Fenced(String reason) implements ShardAnswer {}

    /// A write believed in an epoch that is over.
    ///
    /// @param epoch the lowest that is still good
    record Stale(int copyset, long epoch) implements ShardAnswer {}

    /// A write was accepted, and then the disk failed: it may or may not be there.
    record Lost(String reason) implements ShardAnswer {}

    /// The stream is unknown, or not where the caller thinks it is; it is over for the caller.
    record NoSession(String reason) implements ShardAnswer {}

    /// The bytes are in the space.
    record Found() implements ShardAnswer {}

    record Missing() implements ShardAnswer {}

    record Corrupt(String where) implements ShardAnswer {}

    record Failed(String reason) implements ShardAnswer {}

    record LengthIs(long bytes) implements ShardAnswer {}

    /// As {@link io.flywheel.shardstore.IndexUnreadable}.
    record Unreadable(boolean damaged, String message) implements ShardAnswer {}

    record Shards(List<ShardId> shards) implements ShardAnswer {
        public Shards {
            check(shards.size() <= ShardRequest.SHARDS_MAX, "too many shards for one message");
            shards = List.copyOf(shards);
        }
    }

    /// @param more whether another step of reclamation is worth it
    record Reclaimed(boolean more) implements ShardAnswer {}

    record ReclamationIs(ShardStore.Reclamation reclamation) implements ShardAnswer {}

    record SpaceIs(ShardStore.Space space) implements ShardAnswer {}

    record HealthIs(DiskHealth health) implements ShardAnswer {}

    record DisksAre(List<DiskId> disks) implements ShardAnswer {
        public DisksAre {
            check(disks.size() <= ShardRequest.SHARDS_MAX, "too many disks for one message");
            disks = List.copyOf(disks);
        }
    }

    /// The node does not have the disk, or not any more.
    record NoSuchDisk() implements ShardAnswer {}

    /// What was asked makes no sense: a bug of the caller.
    record Misused(String message) implements ShardAnswer {}
}
