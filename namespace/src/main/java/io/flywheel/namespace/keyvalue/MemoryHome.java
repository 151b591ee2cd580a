package io.flywheel.namespace.keyvalue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The home of {@link MemoryKeyValues}: keeps what was made persistent, so that a simulated restart finds it.
public final class MemoryHome implements Home {
    private Map<Table, NavigableMap<byte[], byte[]>> persistent = new EnumMap<>(Table.class);
    private boolean lost;

    @Override
    public Opened open() {
        return lost ? new Opened.Damaged("it was lost") : new Opened.Open(new MemoryKeyValues(this, copy(persistent)));
    }

    @Override
    public Opened restore() {
        lost = false;
        return open();
    }

    @Override
    public Opened create() {
        forget();
        return restore();
    }

    /// The next {@link #open} finds the tables unusable.
    public void lose() {
        lost = true;
    }

    /// Nothing was ever made persistent: the next {@link #open} begins with nothing.
    public void forget() {
        persistent = new EnumMap<>(Table.class);
    }

    void keep(Map<Table, NavigableMap<byte[], byte[]>> tables) {
        persistent = copy(tables);
    }

    private static Map<Table, NavigableMap<byte[], byte[]>> copy(Map<Table, NavigableMap<byte[], byte[]>> tables) {
        var copy = new EnumMap<Table, NavigableMap<byte[], byte[]>>(Table.class);
        tables.forEach((table, rows) -> {
            var copied = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
            copied.putAll(rows);
            copy.put(table, copied);
        });
        return copy;
    }
}
