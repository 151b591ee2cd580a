package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All tables of an index, an immutable snapshot. Level 0 holds what checkpoints wrote, the newest first; its
/// tables overlap. The tables of each deeper level are sorted and do not overlap; a level is older than those
/// before it.
record Tables(List<List<Table>> levels) {
    static final int LEVELS = 6;

    private static final Comparator<Table> BY_FIRST_KEY = Comparator.comparing(Table::first);

    Tables {
        levels = levels.stream().map(List::copyOf).toList();
    }

    static Tables none() {
        return new Tables(java.util.Collections.nCopies(LEVELS, List.of()));
    }

    List<Table> level(int level) {
        return levels.get(level);
    }

    long bytes(int level) {
        return level(level).stream().mapToLong(Table::bytes).sum();
    }

    /// The table of a deeper level in which the key would be.
    static @Nullable Table covering(List<Table> level, ShardKey key) {
        int low = 0;
        int high = level.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (level.get(middle).first().compareTo(key) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && level.get(high).last().compareTo(key) >= 0 ? level.get(high) : null;
    }

    List<Table> overlapping(int level, ShardKey from, ShardKey to) {
        return level(level).stream().filter(table -> table.overlaps(from, to)).toList();
    }

    /// Whether a key of the range may have an entry below a level.
    boolean reachesBelow(int level, ShardKey from, ShardKey to) {
        for (int deeper = level + 1; deeper < LEVELS; deeper++) {
            if (!overlapping(deeper, from, to).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// With new tables in front of level 0.
    Tables with(List<Table> newest) {
        var next = new ArrayList<>(levels);
        var front = new ArrayList<>(newest);
        front.addAll(level(0));
        next.set(0, front);
        return new Tables(next);
    }

    /// With others at a level in the place of some, which may be of any level. In level 0 they take the place of
    /// the first that goes.
    Tables replacing(Collection<Table> gone, int level, List<Table> added) {
        var next = new ArrayList<List<Table>>();
        for (int at = 0; at < LEVELS; at++) {
            var tables = new ArrayList<Table>();
            boolean isPlaced = at != level;
            for (var table : level(at)) {
                if (!gone.contains(table)) {
                    tables.add(table);
                } else if (!isPlaced) {
                    tables.addAll(added);
                    isPlaced = true;
                }
            }
            if (!isPlaced) {
                tables.addAll(added);
            }
            if (at > 0) {
                tables.sort(BY_FIRST_KEY);
            }
            next.add(tables);
        }
        return new Tables(next);
    }

    int count() {
        return levels.stream().mapToInt(List::size).sum();
    }

    boolean has(Table table) {
        return levels.stream().anyMatch(level -> level.contains(table));
    }

    void forEach(Consumer<Table> action) {
        levels.forEach(level -> level.forEach(action));
    }
}
