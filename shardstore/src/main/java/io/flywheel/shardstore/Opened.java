package io.flywheel.shardstore;

/// What opening a disk came to.
public sealed interface Opened {
    /// @param recovered whether the last stop was not clean, so that the log was rolled forward
    record Ok(ShardStore store, boolean recovered) implements Opened {}

    /// The disk was not touched, or not beyond an unfinished superblock; the message says what to do.
    record Refused(String message) implements Opened {}
}
