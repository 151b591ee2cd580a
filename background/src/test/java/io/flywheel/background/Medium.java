package io.flywheel.background;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;

/// What a disk of a simulated fleet keeps its shards in.
interface Medium {
    ShardStore store();

    /// The power goes off: what the next start finds.
    Medium crash();

    /// From now on there is room for about so many bytes more.
    void limit(long bytes);

    /// It takes no more writes until the next start.
    void fence();

    /// Damages the bytes of a shard where they lie; false when it has none that can be damaged.
    boolean rot(ShardId shard);

    /// Shards in memory, without a disk.
    record Model(ModelShardStore store) implements Medium {
        @Override
        public Medium crash() {
            return new Model(store.crash());
        }

        @Override
        public void limit(long bytes) {
            store.limit(bytes);
        }

        @Override
        public void fence() {
            store.fence("the disk takes no writes");
        }

        @Override
        public boolean rot(ShardId shard) {
            return false;
        }
    }
}
