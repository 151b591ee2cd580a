package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import java.util.List;
import java.util.UUID;

/// What a storage node is asked. A value's bytes go along as the body of the message, those that are read come
/// into its space. Every write names the epoch that its writer believes the copyset to be at; the writer's lease
/// is part of each shard's id.
public sealed interface ShardRequest {
    /// A message names at most so many shards.
    int SHARDS_MAX = 1000;

    /// Where a request is not about a disk.
    DiskId NO_DISK = new DiskId(new UUID(0, 0));

    DiskId disk();

    /// A write of one shard under an epoch of its copyset.
    record Target(ShardId shard, long epoch) {
        public Target {
            check(epoch >= 0, "epoch");
        }
    }

    /// One of several values in a body.
    record Part(Target target, int bytes) {
        public Part {
            check(bytes >= 1, "a value has at least 1 byte");
        }
    }

    /// Writes a value, the body.
    record Put(DiskId disk, Target target) implements ShardRequest {}

    /// Writes several values, which follow each other in the body, in this order.
    record PutAll(DiskId disk, List<Part> parts) implements ShardRequest {
        public PutAll {
            check(parts.size() <= SHARDS_MAX, "too many shards for one message");
            parts = List.copyOf(parts);
        }
    }

    /// Begins a value as a stream, with the body as its first bytes.
    ///
    /// @param session the caller's number for it, which it uses once on this connection
    record Open(DiskId disk, long session, Target target) implements ShardRequest {}

    /// Adds the body.
    ///
    /// @param offsetBytes what was taken before: anything else is refused
    record Append(DiskId disk, long session, long offsetBytes) implements ShardRequest {}

    /// Ends a value and makes it visible.
    record Seal(DiskId disk, long session, long lengthBytes) implements ShardRequest {}

    /// Drops what was not sealed.
    record Abort(DiskId disk, long session) implements ShardRequest {}

    /// Reads as much as the space takes.
    record Get(DiskId disk, ShardId shard, long offsetBytes) implements ShardRequest {}

    record Length(DiskId disk, ShardId shard) implements ShardRequest {}

    record Delete(DiskId disk, Target target) implements ShardRequest {}

    record DeleteAll(DiskId disk, List<Target> targets) implements ShardRequest {
        public DeleteAll {
            check(targets.size() <= SHARDS_MAX, "too many shards for one message");
            targets = List.copyOf(targets);
        }
    }

    /// The shards from one on, in order.
    record Enumerate(DiskId disk, ShardId from, int limit) implements ShardRequest {
        public Enumerate {
            check(limit >= 0 && limit <= SHARDS_MAX, "limit");
        }
    }

    record Flush(DiskId disk) implements ShardRequest {}

    /// One bounded step of reclamation.
    record Reclaim(DiskId disk) implements ShardRequest {}

    record Reclamation(DiskId disk) implements ShardRequest {}

    record Space(DiskId disk) implements ShardRequest {}

    record Health(DiskId disk) implements ShardRequest {}

    /// From the answer on no write of a lower epoch takes effect, also after a restart, and what took effect
    /// before is persistent and listed.
    record Fence(DiskId disk, int copyset, long epoch) implements ShardRequest {
        public Fence {
            check(copyset >= 0, "copyset");
            check(epoch >= 0, "epoch");
        }
    }

    /// Which disks the node has.
    record Disks() implements ShardRequest {
        @Override
        public DiskId disk() {
            return NO_DISK;
        }
    }
}
