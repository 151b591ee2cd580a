package io.flywheel.storage;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A store whose writes are held up before they take effect, as by an engine that waits for room.
record DelayedStore(ShardStore store, Runnable pause) implements ShardStore {
    @Override
    public Writer open(ShardId shard) {
        return new DelayedWriter(store.open(shard), pause);
    }

    private record DelayedWriter(Writer writer, Runnable pause) implements Writer {
        @Override
        public boolean append(ByteBuffer bytes) {
            return writer.append(bytes);
        }

        @Override
        public Sealed seal() {
            pause.run();
            return writer.seal();
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        pause.run();
        return store.put(shard, value);
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        return store.get(shard, offsetBytes, destination);
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return store.length(shard);
    }

    @Override
    public Sealed delete(ShardId shard) {
        pause.run();
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
