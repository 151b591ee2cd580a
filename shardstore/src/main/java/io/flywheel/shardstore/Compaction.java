package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What to merge next: leveled compaction. Level 0 takes what checkpoints write; when it has enough tables, all of
/// them are merged with those of level 1 that they overlap. A deeper level may hold some ten times the bytes of
/// the one before; of one that holds more, the table that overlaps the least of the next level is merged into
/// that. So a look-up visits one table a level, a step rewrites about a dozen tables, and an entry is rewritten
/// about eleven times a level on its way down.
///
/// @param inputs the tables to merge, those of the upper level first
/// @param level where the result goes
/// @param keepsRemoved whether deeper levels may still have an entry that a removal hides
record Compaction(List<Table> inputs, int level, boolean keepsRemoved) {
    Compaction {
        inputs = List.copyOf(inputs);
    }

    static Optional<Compaction> choose(Tables tables, IndexOptions options) {
        if (tables.level(0).size() >= options.levelTables()) {
            return Optional.of(merging(tables, tables.level(0), 0));
        }
        long bytesMax = options.tableBytes() * options.growth();
        for (int level = 1; level < Tables.LEVELS - 1; level++) {
            if (tables.bytes(level) > bytesMax) {
                int from = level;
                var table = tables.level(level).stream()
                        .min(Comparator.comparingLong(one -> overlapBytes(tables, one, from + 1)))
                        .orElseThrow();
                return Optional.of(merging(tables, List.of(table), level));
            }
            bytesMax *= options.growth();
        }
        return Optional.empty();
    }

    private static long overlapBytes(Tables tables, Table table, int level) {
        return tables.overlapping(level, table.first(), table.last()).stream()
                .mapToLong(Table::bytes)
                .sum();
    }

    private static Compaction merging(Tables tables, List<Table> upper, int level) {
        var inputs = new ArrayList<>(upper);
        inputs.addAll(tables.overlapping(level + 1, first(upper), last(upper)));
        // The tables of the lower level may reach further than those of the upper one.
        boolean keepsRemoved = tables.reachesBelow(level + 1, first(inputs), last(inputs));
        return new Compaction(inputs, level + 1, keepsRemoved && !Planted.DROPS_REMOVALS.isOn());
    }

    private static ShardKey first(List<Table> tables) {
        return tables.stream().map(Table::first).min(Comparator.naturalOrder()).orElseThrow();
    }

    private static ShardKey last(List<Table> tables) {
        return tables.stream().map(Table::last).max(Comparator.naturalOrder()).orElseThrow();
    }

    /// Writes a table anew, so that its extents can be reset.
    static Compaction rewriting(Tables tables, Table table, int level) {
        // In level 0 an older table of the same level may hold what a removal hides.
        boolean keepsRemoved = level == 0 || tables.reachesBelow(level, table.first(), table.last());
        return new Compaction(List.of(table), level, keepsRemoved);
    }

    EntryStream stream(TableReader reader) {
        return new MergedEntries(inputs.stream()
                .map(table -> new TableStream(reader, List.of(table), ShardKey.FIRST))
                .toList());
    }
}
