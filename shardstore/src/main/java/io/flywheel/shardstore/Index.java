package io.flywheel.shardstore;

import io.flywheel.base.ShardId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Which value is where, in the order of shards. In memory, about 170 bytes a shard, rebuilt from the last
/// checkpoint and the log after it; this class is the seam at which tables on the disk take its place. Changes come
/// under the log's mutex, in the order of the log; reads come at any time.
final class Index {
    /// Bytes of an entry in a checkpoint, about.
    private static final int ENTRY_BYTES = 54;

    private final ConcurrentNavigableMap<ShardId, Entry> entries = new ConcurrentSkipListMap<>();
    private final AtomicLong size = new AtomicLong();

    @Nullable
    Entry find(ShardId shard) {
        return entries.get(shard);
    }

    /// The entry that was there before.
    @Nullable
    Entry put(ShardId shard, Entry entry) {
        var before = entries.put(shard, entry);
        if (before == null) {
            size.incrementAndGet();
        }
        return before;
    }

    /// The entry that was there.
    @Nullable
    Entry remove(ShardId shard) {
        var before = entries.remove(shard);
        if (before != null) {
            size.decrementAndGet();
        }
        return before;
    }

    List<ShardId> list(ShardId from, int limit) {
        return entries.tailMap(from, true).keySet().stream().limit(limit).toList();
    }

    /// Every entry that is there from start to end, and any of those that come or go meanwhile.
    void forEach(BiConsumer<ShardId, Entry> action) {
        for (Map.Entry<ShardId, Entry> entry : entries.entrySet()) {
            action.accept(entry.getKey(), entry.getValue());
        }
    }

    /// Bytes of a checkpoint of it, about.
    long checkpointBytes() {
        return size.get() * ENTRY_BYTES;
    }
}
