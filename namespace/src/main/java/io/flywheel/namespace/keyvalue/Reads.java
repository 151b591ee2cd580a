package io.flywheel.namespace.keyvalue;

import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads of the tables.
public interface Reads {
    /// A key and its value. The arrays are not to be changed by anyone.
    record Row(byte[] key, byte[] value) {}

    /// Null when there is none. The array is not to be changed.
    byte @Nullable [] get(Table table, byte[] key);

    /// The first row at or above {@code lower} and below {@code upper}.
    Optional<Row> first(Table table, byte[] lower, byte[] upper);

    /// All rows at or above {@code lower} and below {@code upper}: for ranges that are known to be small.
    NavigableMap<byte[], byte[]> range(Table table, byte[] lower, byte[] upper);
}
