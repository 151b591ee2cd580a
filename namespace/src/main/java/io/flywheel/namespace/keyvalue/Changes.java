package io.flywheel.namespace.keyvalue;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Changes to be written in one step, and reads that see them already. Not thread-safe.
public final class Changes implements Reads {
    private static final byte[] REMOVED = new byte[0];

    private final KeyValues below;
    private final EnumMap<Table, TreeMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);

    /// Where {@link #forEach} sends the changes.
    public interface Sink {
        void put(Table table, byte[] key, byte[] value);

        void remove(Table table, byte[] key);
    }

    public Changes(KeyValues below) {
        this.below = below;
    }

    /// Takes the arrays without copying.
    public void put(Table table, byte[] key, byte[] value) {
        changed(table).put(key, value.length == 0 ? new byte[0] : value);
    }

    public void remove(Table table, byte[] key) {
        changed(table).put(key, REMOVED);
    }

    /// Every change once, by table and key.
    public void forEach(Sink sink) {
        for (Map.Entry<Table, TreeMap<byte[], byte[]>> table : tables.entrySet()) {
            for (Map.Entry<byte[], byte[]> row : table.getValue().entrySet()) {
                if (removed(row.getValue())) {
                    sink.remove(table.getKey(), row.getKey());
                } else {
                    sink.put(table.getKey(), row.getKey(), row.getValue());
                }
            }
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        TreeMap<byte[], byte[]> changed = tables.get(table);
        byte[] value = changed == null ? null : changed.get(key);
        if (value != null) {
            return removed(value) ? null : value;
        }
        return below.get(table, key);
    }

    @Override
    public Optional<Row> first(Table table, byte[] lower, byte[] upper) {
        byte[] from = lower;
        while (true) {
            Optional<Row> stored = below.first(table, from, upper);
            Optional<Map.Entry<byte[], byte[]>> change = Optional.ofNullable(
                            changed(table).ceilingEntry(from))
                    .filter(entry -> Arrays.compareUnsigned(entry.getKey(), upper) < 0);
            if (change.isEmpty()) {
                return stored;
            }
            byte[] key = change.get().getKey();
            if (stored.isPresent() && Arrays.compareUnsigned(stored.get().key(), key) < 0) {
                return stored;
            }
            if (!removed(change.get().getValue())) {
                return Optional.of(new Row(key, change.get().getValue()));
            }
            from = Arrays.copyOf(key, key.length + 1);
        }
    }

    @Override
    public NavigableMap<byte[], byte[]> range(Table table, byte[] lower, byte[] upper) {
        NavigableMap<byte[], byte[]> rows = below.range(table, lower, upper);
        changed(table).subMap(lower, upper).forEach((key, value) -> {
            if (removed(value)) {
                rows.remove(key);
            } else {
                rows.put(key, value);
            }
        });
        return rows;
    }

    private NavigableMap<byte[], byte[]> changed(Table table) {
        return tables.computeIfAbsent(table, t -> new TreeMap<>(Arrays::compareUnsigned));
    }

    @SuppressWarnings("ReferenceEquality") // the mark is known by its identity
    private static boolean removed(byte[] value) {
        return value == REMOVED;
    }
}
