package io.flywheel.namespace.keyvalue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/// The home of {@link MemoryKeyValues}: keeps what was made persistent, so that a simulated restart finds it.
public final class MemoryHome implements Home {
    private Map<Table, NavigableMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
    private Map<Table, NavigableMap<byte[], byte[]>> checkpoint = new EnumMap<>(Table.class);
    private OptionalLong position = OptionalLong.empty();
    private boolean lost;
    private boolean vacated;
    private boolean failing;

    @Override
    public Opened open() {
        if (failing) {
            return new Opened.Damaged("its disk fails");
        }
        if (vacated) {
            return new Opened.Absent();
        }
        return lost ? new Opened.Damaged("it was lost") : new Opened.Open(new MemoryKeyValues(this, copy(tables)));
    }

    @Override
    public Opened restore() {
        return begin(checkpoint);
    }

    @Override
    public Opened create() {
        return begin(new EnumMap<>(Table.class));
    }

    private Opened begin(Map<Table, NavigableMap<byte[], byte[]>> first) {
        if (!failing) {
            tables = copy(first);
            lost = false;
            vacated = false;
        }
        return open();
    }

    /// The next {@link #open} finds the tables unusable.
    public void lose() {
        lost = true;
    }

    /// Nothing was ever made persistent: the next {@link #open} begins with nothing.
    public void forget() {
        tables = new EnumMap<>(Table.class);
        checkpoint = new EnumMap<>(Table.class);
        position = OptionalLong.empty();
    }

    /// Its disk fails from now on, or no more.
    public void fail(boolean fails) {
        failing = fails;
    }

    @Override
    public OptionalLong checkpoint() {
        return failing ? OptionalLong.empty() : position;
    }

    @Override
    public boolean adopt(Home from) {
        if (!(from instanceof MemoryHome other) || failing || other.failing || other.position.isEmpty()) {
            return false;
        }
        checkpoint = copy(other.checkpoint);
        position = other.position;
        return true;
    }

    @Override
    public void vacate() {
        vacated = true;
    }

    void checkWell() {
        if (failing) {
            throw new KeyValues.Broken("the tables' disk fails", null);
        }
    }

    void keep(Map<Table, NavigableMap<byte[], byte[]>> rows, long holds) {
        tables = copy(rows);
        checkpoint = copy(rows);
        position = OptionalLong.of(holds);
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
