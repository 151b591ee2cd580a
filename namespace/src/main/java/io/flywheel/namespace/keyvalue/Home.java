package io.flywheel.namespace.keyvalue;

/// Where the tables live across restarts.
public interface Home {
    /// What opening came to.
    sealed interface Opened {
        record Open(KeyValues tables) implements Opened {}

        /// There is nothing to open.
        record Absent() implements Opened {}

        /// They are there and cannot be used.
        record Damaged(String why) implements Opened {}
    }

    /// Opens the tables as they were last made persistent.
    Opened open();

    /// Puts the newest checkpoint in the place of the tables and opens it. What was in that place is kept
    /// aside until the next checkpoint.
    Opened restore();

    /// Begins with nothing; what was there is kept aside until the next checkpoint. Only for whoever knows
    /// that all of it can be made again.
    Opened create();
}
