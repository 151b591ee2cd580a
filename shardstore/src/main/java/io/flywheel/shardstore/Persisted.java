package io.flywheel.shardstore;

/// What became of a dependency.
public sealed interface Persisted {
    /// It survives a crash.
    record Safe() implements Persisted {}

    /// It may or may not be there after a restart; the disk takes no more writes.
    record Lost(String reason) implements Persisted {}
}
