package io.flywheel.namespace.keyvalue;

/// Walks the rows of one table within bounds, as they were when it was made. Not thread-safe.
public interface Cursor extends AutoCloseable {
    /// Goes to the first row at or above {@code target}; false when there is none.
    boolean seek(byte[] target);

    /// Goes to the next row; false when there is none.
    boolean next();

    /// The present row's key. The array is not to be changed.
    byte[] key();

    /// The present row's value. The array is not to be changed.
    byte[] value();

    @Override
    void close();
}
