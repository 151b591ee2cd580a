package io.flywheel.namespace.keyvalue;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Ordered byte keys in named tables. Thread-safe for any number of readers and one writer. What goes wrong
/// below is thrown as {@link Broken}: nothing may be written afterwards.
public interface KeyValues extends Reads, AutoCloseable {
    /// What {@link #peek} returns when the answer is not in memory; known by its identity.
    @SuppressWarnings("MutablePublicArray") // it has no elements
    byte[] NOT_IN_MEMORY = new byte[0];

    /// The store below failed.
    final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Broken(String what, @Nullable Throwable cause) {
            super(what, cause);
        }
    }

    /// As {@link #get}, from memory only and without waiting; {@link #NOT_IN_MEMORY} when that does not tell.
    byte @Nullable [] peek(Table table, byte[] key);

    /// The rows at or above {@code lower} and below {@code upper}, as they are now. To be closed.
    Cursor cursor(Table table, byte[] lower, byte[] upper);

    /// Makes all changes in one step, visible to reads that begin later. Persistent only after a {@link
    /// #checkpoint} that began later; a crash loses changes from the newest back, each wholly.
    void write(Changes changes);

    /// Makes everything that was written before this call persistent, and keeps a copy to restore from. May run
    /// beside writes.
    ///
    /// @param position what the caller says that it holds at least: see {@link Home#checkpoint}
    void checkpoint(long position);

    @Override
    default Optional<Row> first(Table table, byte[] lower, byte[] upper) {
        try (Cursor cursor = cursor(table, lower, upper)) {
            return cursor.seek(lower) ? Optional.of(new Row(cursor.key(), cursor.value())) : Optional.empty();
        }
    }

    @Override
    default NavigableMap<byte[], byte[]> range(Table table, byte[] lower, byte[] upper) {
        var rows = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        try (Cursor cursor = cursor(table, lower, upper)) {
            for (boolean more = cursor.seek(lower); more; more = cursor.next()) {
                rows.put(cursor.key(), cursor.value());
            }
        }
        return rows;
    }

    @Override
    void close();
}
