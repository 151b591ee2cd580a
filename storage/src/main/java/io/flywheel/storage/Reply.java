package io.flywheel.storage;

/// What a caller learns of a request.
sealed interface Reply {
    record Told(ShardAnswer answer) implements Reply {}

    /// No answer came.
    ///
    /// @param mayHaveHappened whether the node may have done it, or may still do it
    record Untold(String reason, boolean mayHaveHappened) implements Reply {}
}
