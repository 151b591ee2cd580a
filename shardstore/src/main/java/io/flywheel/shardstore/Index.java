package io.flywheel.shardstore;

import io.flywheel.base.ShardId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Which value is where: a log-structured merge tree. Changes go to a memtable, under the log's mutex and in the
/// order of the log; checkpoints freeze it and write it as a table. Reads come at any time and lock nothing: they
/// use one snapshot of memtables and tables.
///
/// In memory are the memtables (about 200 bytes an entry) and the roots of the tables (about 1.5 bytes an entry).
final class Index {
    private final TableReader reader;
    private volatile View view = new View(new ConcurrentSkipListMap<>(), List.of(), Tables.none(), 0, 0);
    /// Entries of the active memtable. Under the log's mutex.
    private int activeEntries;
    private int frozenEntries;

    /// @param frozen memtables on their way to a table, the newest first
    /// @param flushes how often a memtable has become a table
    /// @param versions how often the tables have changed
    private record View(
            ConcurrentSkipListMap<ShardId, Entry> active,
            List<ConcurrentSkipListMap<ShardId, Entry>> frozen,
            Tables tables,
            long flushes,
            long versions) {
        @Nullable
        Entry inMemory(ShardId shard) {
            var entry = active.get(shard);
            for (int at = 0; entry == null && at < frozen.size(); at++) {
                entry = frozen.get(at).get(shard);
            }
            return entry;
        }

        List<EntryStream> streams(ShardId from, TableReader reader) {
            var streams = new ArrayList<EntryStream>();
            streams.add(new MemtableStream(active.tailMap(from, true)));
            frozen.forEach(memtable -> streams.add(new MemtableStream(memtable.tailMap(from, true))));
            var key = ShardKey.of(from);
            tables.level(0).forEach(table -> streams.add(new TableStream(reader, List.of(table), key)));
            for (int level = 1; level < Tables.LEVELS; level++) {
                streams.add(new TableStream(reader, tables.level(level), key));
            }
            return streams;
        }
    }

    /// What a look-up found.
    ///
    /// @param entry null when the index has none
    record Lookup(@Nullable Entry entry, long flushes) {}

    Index(TableReader reader) {
        this.reader = reader;
    }

    /// @throws IndexUnreadable when the disk does not let it be known
    Lookup lookup(ShardId shard) {
        while (true) {
            var current = view;
            try {
                var entry = current.inMemory(shard);
                if (entry == null) {
                    entry = reader.find(current.tables(), ShardKey.of(shard));
                }
                return new Lookup(entry == null || entry.isRemoved() ? null : entry, current.flushes());
            } catch (IndexUnreadable unreadable) {
                if (view.versions() == current.versions()) {
                    throw unreadable;
                }
                // The page was there until other tables took its place.
            }
        }
    }

    /// @throws IndexUnreadable when the disk does not let it be known
    @Nullable
    Entry find(ShardId shard) {
        return lookup(shard).entry();
    }

    /// Whether a look-up still tells what the index has; reads nothing. With the log's mutex held.
    boolean isCurrent(ShardId shard, Lookup lookup) {
        var entry = view.inMemory(shard);
        if (entry != null) {
            return entry.isRemoved() ? lookup.entry() == null : entry.isSame(lookup.entry());
        }
        return lookup.flushes() == view.flushes();
    }

    /// With the log's mutex held.
    void put(ShardId shard, Entry entry) {
        if (view.active().put(shard, entry) == null) {
            activeEntries++;
        }
    }

    /// With the log's mutex held.
    void remove(ShardId shard) {
        put(shard, Entry.REMOVED);
    }

    /// What the memtables say, null when they say nothing.
    @Nullable
    Entry inMemory(ShardId shard) {
        return view.inMemory(shard);
    }

    /// Entries that no table has yet. With the log's mutex held.
    int activeEntries() {
        return activeEntries;
    }

    /// Entries that no table has, on their way to one included. With the log's mutex held.
    int unflushedEntries() {
        return activeEntries + frozenEntries;
    }

    /// The shards from one on, in order.
    /// @throws IndexUnreadable when the disk does not let it be known
    List<ShardId> list(ShardId from, int limit) {
        var shards = new ArrayList<ShardId>();
        var next = from;
        while (true) {
            var current = view;
            try {
                var entries = new MergedEntries(current.streams(next, reader));
                while (shards.size() < limit && entries.next()) {
                    if (!entries.entry().isRemoved()) {
                        var shard = entries.key().shard();
                        if (shards.isEmpty() || shards.getLast().compareTo(shard) < 0) {
                            shards.add(shard);
                        }
                    }
                }
                return List.copyOf(shards);
            } catch (IndexUnreadable unreadable) {
                if (view.versions() == current.versions()) {
                    throw unreadable;
                }
                next = shards.isEmpty() ? from : shards.getLast();
            }
        }
    }

    /// Every entry that is there. Nothing may change meanwhile.
    /// @throws IndexUnreadable when the disk does not let it be known
    void forEach(BiConsumer<ShardId, Entry> action) {
        var first = ShardKey.FIRST.shard();
        var entries = new MergedEntries(view.streams(first, reader));
        while (entries.next()) {
            if (!entries.entry().isRemoved()) {
                action.accept(entries.key().shard(), entries.entry());
            }
        }
    }

    /// What the frames of all entries take in each extent. Nothing may change meanwhile.
    /// @throws IndexUnreadable when the disk does not let it be known
    long[] valueBytes(int extents) {
        var bytes = new long[extents];
        forEach((shard, entry) -> {
            bytes[entry.at().extent()] += entry.at().frameBytes();
            entry.shares().forEach(share -> bytes[share.extent()] += share.bytes());
        });
        return bytes;
    }

    Tables tables() {
        return view.tables();
    }

    /// Makes the memtable immutable and begins another; what is frozen then, the newest first. With the log's
    /// mutex held.
    List<ConcurrentSkipListMap<ShardId, Entry>> freeze() {
        var current = view;
        if (current.active().isEmpty()) {
            return current.frozen();
        }
        var frozen = new ArrayList<ConcurrentSkipListMap<ShardId, Entry>>();
        frozen.add(current.active());
        frozen.addAll(current.frozen());
        view = new View(
                new ConcurrentSkipListMap<>(),
                List.copyOf(frozen),
                current.tables(),
                current.flushes(),
                current.versions());
        frozenEntries += activeEntries;
        activeEntries = 0;
        return view.frozen();
    }

    /// Lets tables take the place of the frozen memtables. With the log's mutex held.
    void flushed(Tables tables) {
        view = new View(view.active(), List.of(), tables, view.flushes() + 1, view.versions() + 1);
        frozenEntries = 0;
    }

    /// Lets other tables with the same entries take the place of those before. With the log's mutex held.
    void replaced(Tables tables) {
        view = new View(view.active(), view.frozen(), tables, view.flushes(), view.versions() + 1);
    }
}
