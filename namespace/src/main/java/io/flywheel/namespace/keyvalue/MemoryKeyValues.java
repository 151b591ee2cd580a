package io.flywheel.namespace.keyvalue;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The port over sorted maps, for simulation and tests: one task at a time. A cursor sees the rows as they are
/// when it is made, because nothing else runs while it is open.
public final class MemoryKeyValues implements KeyValues {
    private final MemoryHome home;
    private final Map<Table, NavigableMap<byte[], byte[]>> tables;

    MemoryKeyValues(MemoryHome home, Map<Table, NavigableMap<byte[], byte[]>> tables) {
        this.home = home;
        this.tables = tables;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        home.checkWell();
        return rows(table).get(key);
    }

    @Override
    public byte @Nullable [] peek(Table table, byte[] key) {
        return get(table, key);
    }

    @Override
    public Cursor cursor(Table table, byte[] lower, byte[] upper) {
        home.checkWell();
        return new RowCursor(rows(table).subMap(lower, true, upper, false));
    }

    @Override
    public void write(Changes changes) {
        home.checkWell();
        changes.forEach(new Changes.Sink() {
            @Override
            public void put(Table table, byte[] key, byte[] value) {
                rows(table).put(key, value);
            }

            @Override
            public void remove(Table table, byte[] key) {
                rows(table).remove(key);
            }
        });
    }

    @Override
    public void checkpoint(long position) {
        home.checkWell();
        home.keep(tables, position);
    }

    @Override
    public void close() {}

    private NavigableMap<byte[], byte[]> rows(Table table) {
        return tables.computeIfAbsent(table, t -> new TreeMap<>(Arrays::compareUnsigned));
    }

    private static final class RowCursor implements Cursor {
        private final NavigableMap<byte[], byte[]> rows;
        private Iterator<Map.Entry<byte[], byte[]>> rest;
        private Map.@Nullable Entry<byte[], byte[]> row;

        RowCursor(NavigableMap<byte[], byte[]> rows) {
            this.rows = rows;
            this.rest = rows.entrySet().iterator();
        }

        @Override
        public boolean seek(byte[] target) {
            // A target outside the bounds of a submap would throw.
            boolean below = rows.isEmpty() || Arrays.compareUnsigned(target, rows.firstKey()) <= 0;
            boolean above = !rows.isEmpty() && Arrays.compareUnsigned(target, rows.lastKey()) > 0;
            if (above) {
                row = null;
                return false;
            }
            rest = (below ? rows : rows.tailMap(target, true)).entrySet().iterator();
            return next();
        }

        @Override
        public boolean next() {
            row = rest.hasNext() ? rest.next() : null;
            return row != null;
        }

        @Override
        public byte[] key() {
            return present().getKey();
        }

        @Override
        public byte[] value() {
            return present().getValue();
        }

        private Map.Entry<byte[], byte[]> present() {
            Map.Entry<byte[], byte[]> present = row;
            if (present == null) {
                throw new IllegalStateException("the cursor is on no row");
            }
            return present;
        }

        @Override
        public void close() {}
    }
}
