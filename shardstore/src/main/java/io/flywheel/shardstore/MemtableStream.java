package io.flywheel.shardstore;

import io.flywheel.base.ShardId;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentNavigableMap;
import org.jspecify.annotations.Nullable;

/// The entries of a memtable, which may change meanwhile.
final class MemtableStream implements EntryStream {
    private final Iterator<Map.Entry<ShardId, Entry>> entries;
    private @Nullable ShardKey key;
    private Entry entry = Entry.REMOVED;

    MemtableStream(ConcurrentNavigableMap<ShardId, Entry> memtable) {
        entries = memtable.entrySet().iterator();
    }

    @Override
    public boolean next() {
        if (!entries.hasNext()) {
            return false;
        }
        var next = entries.next();
        key = ShardKey.of(next.getKey());
        entry = next.getValue();
        return true;
    }

    @Override
    public ShardKey key() {
        return Objects.requireNonNull(key, "the stream is at an entry");
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
