package io.flywheel.shardstore;

/// Entries of the index in the order of their keys, those of removed values included.
interface EntryStream {
    /// Goes to the next entry, at first to the first one; false when there is none.
    /// @throws IndexUnreadable when it cannot be read
    boolean next();

    ShardKey key();

    Entry entry();
}
