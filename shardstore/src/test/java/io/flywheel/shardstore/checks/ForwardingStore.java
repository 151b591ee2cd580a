package io.flywheel.shardstore.checks;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A store that does what another does; planted bugs change a call of it.
class ForwardingStore implements ShardStore {
    private final ShardStore store;

    ForwardingStore(ShardStore store) {
        this.store = store;
    }

    @Override
    public Writer open(ShardId shard) {
        return store.open(shard);
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        return store.put(shard, value);
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        return store.get(shard, offsetBytes, destination);
    }

    @Override
    public Optional<Located> locate(ShardId shard) {
        return store.locate(shard);
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return store.length(shard);
    }

    @Override
    public Sealed delete(ShardId shard) {
        return store.delete(shard);
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        return store.list(from, limit);
    }

    @Override
    public Sealed flush() {
        return store.flush();
    }

    @Override
    public boolean reclaim() {
        return store.reclaim();
    }

    @Override
    public Space space() {
        return store.space();
    }

    @Override
    public void close() {
        store.close();
    }
}
