package io.flywheel.objects;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A store whose reads go wrong in a way the test chooses; also those that take no waiting.
final class FaultyShardStore implements ShardStore {
    private final ShardStore store;
    private final Fault fault;

    /// Does the read, or something worse.
    interface Fault {
        Read get(Supplier<Read> read, ByteBuffer destination);
    }

    FaultyShardStore(ShardStore store, Fault fault) {
        this.store = store;
        this.fault = fault;
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        return fault.get(() -> store.get(shard, offsetBytes, destination), destination);
    }

    @Override
    public Optional<Located> locate(ShardId shard) {
        return Optional.of((offsetBytes, destination) -> {
            int from = destination.position();
            boolean found = get(shard, offsetBytes, destination) instanceof Read.Found;
            destination.position(found ? destination.limit() : from);
            return found;
        });
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
