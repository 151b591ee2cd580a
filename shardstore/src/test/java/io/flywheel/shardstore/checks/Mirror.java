package io.flywheel.shardstore.checks;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;

/// The model, taken through what the engine does; for histories with one caller and a disk that works.
final class Mirror {
    private ModelShardStore model = ModelShardStore.persistingOnFlush();
    /// Written or deleted since the model's last flush: a crash may leave them in any state they had since.
    private final TreeSet<ShardId> unflushed = new TreeSet<>();
    /// Those of which not even the state before the crash is known.
    private final TreeSet<ShardId> doubtful = new TreeSet<>();

    void put(ShardId shard, byte[] value) {
        unflushed.add(shard);
        model.put(shard, ByteBuffer.wrap(value));
    }

    void delete(ShardId shard) {
        unflushed.add(shard);
        model.delete(shard);
    }

    /// After a call of several keys was refused: the first of them may have changed, no other one.
    void adopt(List<ShardId> shards, boolean puts, Life life) {
        boolean unchanged = false;
        for (var shard : shards) {
            boolean was = model.length(shard).isPresent();
            unflushed.add(shard);
            if (life.machine.isOff()) {
                doubtful.add(shard);
                continue;
            }
            boolean is = life.store.length(shard).isPresent();
            if (is != was && unchanged) {
                throw new CheckFailure(shard + " was changed by a call that ended before it");
            }
            unchanged |= is != puts;
            var value = life.values.find(Values.key(shard));
            if (is && !was && value != null) {
                model.put(shard, ByteBuffer.wrap(value));
            } else if (!is) {
                model.delete(shard);
            }
        }
    }

    void flush() {
        checkState(model.flush().await() instanceof Persisted.Safe, "the model flushes");
        unflushed.clear();
    }

    /// Both hold the same.
    void compare(ShardStore store) {
        var listed = store.list(Values.shard(0), Integer.MAX_VALUE);
        var expected = model.list(Values.shard(0), Integer.MAX_VALUE);
        if (!listed.equals(expected)) {
            throw new CheckFailure("the store lists " + listed + ", the model " + expected);
        }
        for (var shard : expected) {
            long length = model.length(shard).orElseThrow();
            if (store.length(shard).orElse(-1L) != length
                    || !value(store, shard, length).equals(value(model, shard, length))) {
                throw new CheckFailure("store and model differ in " + shard);
            }
        }
    }

    /// After a crash the store holds what is persistent in the model and was not deleted, and nothing that it
    /// never held; the model follows what it holds of the rest.
    void follow(ShardStore store) {
        var listed = store.list(Values.shard(0), Integer.MAX_VALUE);
        var before = new TreeSet<>(model.list(Values.shard(0), Integer.MAX_VALUE));
        var persistent = new TreeSet<>(model.crash().list(Values.shard(0), Integer.MAX_VALUE));
        var lost = new TreeSet<>(persistent);
        lost.retainAll(before);
        lost.removeAll(doubtful);
        listed.forEach(lost::remove);
        var unknown = new TreeSet<>(listed);
        unknown.removeAll(persistent);
        unknown.removeAll(unflushed);
        if (!lost.isEmpty() || !unknown.isEmpty()) {
            throw new CheckFailure("after a crash " + lost + " is lost, " + unknown + " came from nowhere");
        }
        var next = ModelShardStore.persistingOnFlush();
        for (var shard : listed) {
            next.put(shard, value(store, shard, store.length(shard).orElseThrow()));
        }
        model = next;
        doubtful.clear();
        flush();
    }

    private static ByteBuffer value(ShardStore store, ShardId shard, long length) {
        var value = ByteBuffer.allocate((int) length);
        if (!(store.get(shard, 0, value) instanceof ShardStore.Read.Found)) {
            throw new CheckFailure(shard + " is listed and cannot be read");
        }
        return value.flip();
    }
}
