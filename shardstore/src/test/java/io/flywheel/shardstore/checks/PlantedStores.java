package io.flywheel.shardstore.checks;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;

/// Stores with a bug in what depends on what, and in calls of several keys.
final class PlantedStores {
    private PlantedStores() {}

    static final class IgnoredDependency extends ForwardingStore {
        IgnoredDependency(ShardStore store) {
            super(store);
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value, Dependency after) {
            return put(shard, value);
        }
    }

    static final class LateDependency extends ForwardingStore {
        LateDependency(ShardStore store) {
            super(store);
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value, Dependency after) {
            var sealed = put(shard, value);
            return after.await() instanceof Persisted.Lost(var reason) ? new Sealed.Fenced(reason) : sealed;
        }
    }

    static final class EarlyBulk extends ForwardingStore {
        EarlyBulk(ShardStore store) {
            super(store);
        }

        @Override
        public Sealed putAll(List<Put> puts) {
            if (puts.size() < 2) {
                return super.putAll(puts);
            }
            var first = put(puts.getFirst().shard(), puts.getFirst().value());
            var rest = super.putAll(puts.subList(1, puts.size()));
            return rest instanceof Sealed.Accepted ? first : rest;
        }
    }

    static final class ShortBulk extends ForwardingStore {
        ShortBulk(ShardStore store) {
            super(store);
        }

        @Override
        public Sealed deleteAll(List<ShardId> shards) {
            return super.deleteAll(shards.size() < 4 ? shards : shards.subList(0, shards.size() - 1));
        }
    }
}
