package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Reads pages of tables and verifies them. Takes no locks: when the extent of a page was reset meanwhile, the
/// page is not found where it was, and the caller looks whether the tables have changed.
final class TableReader {
    private final Disk disk;
    private final PageCache cache;

    TableReader(Disk disk, PageCache cache) {
        this.disk = disk;
        this.cache = cache;
    }

    /// The newest entry of a key, {@link Entry#REMOVED} included, or null. One read when the filters are right.
    /// @throws IndexUnreadable when it cannot be read
    @Nullable
    Entry find(Tables tables, ShardKey key) {
        long hash = key.hash();
        for (var table : tables.level(0)) {
            var entry = find(table, key, hash);
            if (entry != null) {
                return entry;
            }
        }
        for (int level = 1; level < Tables.LEVELS; level++) {
            var table = Tables.covering(tables.level(level), key);
            var entry = table == null ? null : find(table, key, hash);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    private @Nullable Entry find(Table table, ShardKey key, long hash) {
        if (!table.root().mayContain(key, hash)) {
            return null;
        }
        var at = table.root().place(table.root().page(key));
        var page = cache.find(at);
        if (page == null) {
            page = read(at);
            cache.put(at, page);
        }
        return page.find(key);
    }

    /// Reads a page past the cache.
    /// @throws IndexUnreadable when it cannot be read
    TablePage read(Locator at) {
        var bytes = ByteBuffer.allocate(at.payloadBytes());
        if (disk.read(at.extent(), at.payloadOffsetBytes(), bytes) instanceof Disk.Io.Failed(var cause)) {
            throw IndexUnreadable.failed(at, cause);
        }
        bytes.flip();
        var page = Frame.crc32c(bytes) == at.digest() ? TablePage.decode(bytes, disk.geometry()) : null;
        if (page == null || page.isEmpty()) {
            throw IndexUnreadable.damaged(at);
        }
        return page.get();
    }
}
