package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes entries, which come in the order of their keys, as tables of bounded size into the log. One task at a
/// time. Nothing of it is used before the caller publishes the tables, and has waited until they are persistent.
final class TableWriter {
    private final PageLog log;
    private final Reserve.Kind kind;
    private final Sizes sizes;
    private final TablePage.Builder page;
    private final List<Table> tables = new ArrayList<>();
    private final List<Locator> written = new ArrayList<>();
    private final List<ShardKey> firstKeys = new ArrayList<>();
    private final List<Locator> places = new ArrayList<>();
    private long[] hashes = new long[1024];
    private int entries;
    private long tableBytes;
    private @Nullable ShardKey pageFirst;
    private @Nullable ShardKey last;

    /// @param pageBytes a page is about so long
    /// @param tableBytes a table is at most about so long
    /// @param rootBytesMax the root of a table is at most so long
    record Sizes(int pageBytes, long tableBytes, int rootBytesMax) {}

    TableWriter(PageLog log, Reserve.Kind kind, Sizes sizes) {
        this.log = log;
        this.kind = kind;
        this.sizes = sizes;
        this.page = new TablePage.Builder(sizes.pageBytes());
    }

    /// Writes a whole stream; empty when the log had no room or failed, and then nothing of it counts.
    /// @throws IndexUnreadable when the stream cannot be read, and then nothing of it counts
    static Optional<List<Table>> write(
            EntryStream stream, boolean keepsRemoved, PageLog log, Reserve.Kind kind, Sizes sizes) {
        var writer = new TableWriter(log, kind, sizes);
        boolean complete = false;
        try {
            while (stream.next()) {
                if ((keepsRemoved || !stream.entry().isRemoved()) && !writer.add(stream.key(), stream.entry())) {
                    return Optional.empty();
                }
            }
            complete = writer.endTable();
            return complete ? Optional.of(List.copyOf(writer.tables)) : Optional.empty();
        } finally {
            if (!complete) {
                log.release(writer.written);
            }
        }
    }

    private boolean add(ShardKey key, Entry entry) {
        if (!page.add(key, entry)) {
            boolean isFull = tableBytes >= sizes.tableBytes()
                    // With this page and one more of as many entries.
                    || TableRoot.bytes(places.size() + 2, entries + entries / Math.max(1, places.size()) + 1)
                            > sizes.rootBytesMax();
            if (!(isFull ? endTable() : endPage()) || !page.add(key, entry)) {
                return false;
            }
        }
        if (pageFirst == null) {
            pageFirst = key;
        }
        last = key;
        if (entries == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * entries);
        }
        hashes[entries++] = key.hash();
        return true;
    }

    private boolean endPage() {
        var first = pageFirst;
        if (first == null) {
            return true;
        }
        var place = append(Operation.TABLE_PAGE, Payload.of(page.take()));
        if (place == null) {
            return false;
        }
        firstKeys.add(first);
        places.add(place);
        pageFirst = null;
        return true;
    }

    private boolean endTable() {
        if (!endPage()) {
            return false;
        }
        var lastKey = last;
        if (lastKey == null) {
            return true;
        }
        var keys = new long[places.size() * ShardKey.WORDS];
        var packed = new long[places.size() * ShardKey.WORDS];
        for (int at = 0; at < places.size(); at++) {
            firstKeys.get(at).put(keys, at);
            TableRoot.pack(places.get(at), packed, at);
        }
        var root = new TableRoot(entries, keys, packed, lastKey, BloomFilter.of(hashes, entries));
        var rootAt = append(Operation.TABLE_ROOT, Payload.of(root.encode()));
        if (rootAt == null) {
            return false;
        }
        tables.add(new Table(rootAt, root));
        firstKeys.clear();
        places.clear();
        entries = 0;
        tableBytes = 0;
        last = null;
        return true;
    }

    private @Nullable Locator append(Operation operation, Payload payload) {
        var place = log.append(kind, operation, payload);
        if (place != null) {
            written.add(place);
            tableBytes += place.frameBytes();
        }
        return place;
    }
}
