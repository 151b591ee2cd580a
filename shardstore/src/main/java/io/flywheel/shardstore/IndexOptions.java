package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

/// How the index of a disk is kept.
///
/// @param memtableEntries a checkpoint is written after so many changes; some 200 bytes of memory each, twice
/// @param pageBytes the pages of tables are about so long; a look-up reads one
/// @param tableBytes tables are at most about so long
/// @param levelTables so many tables of level 0 are merged at once
/// @param growth level 1 may hold so many tables, and each deeper level so many times as much
/// @param cachedPages so many decoded pages stay in memory, some 10 KiB each
public record IndexOptions(
        int memtableEntries, int pageBytes, long tableBytes, int levelTables, int growth, int cachedPages) {
    static final int PAGE_BYTES_MIN = 448;

    public IndexOptions {
        check(memtableEntries > 0, "memtableEntries");
        check(pageBytes >= PAGE_BYTES_MIN && pageBytes <= TablePage.BYTES_MAX, "pageBytes");
        check(tableBytes > 0, "tableBytes");
        check(levelTables > 1, "levelTables");
        check(growth > 1, "growth");
        check(cachedPages > 0, "cachedPages");
    }

    /// What suits frames of at most so many bytes.
    static IndexOptions of(int frameBytesMax) {
        int pageBytes = Math.clamp(frameBytesMax / 2, PAGE_BYTES_MIN, 4096 - Frame.HEADER_BYTES);
        return new IndexOptions(128 << 10, pageBytes, 8 << 20, 4, 10, 4096);
    }
}
