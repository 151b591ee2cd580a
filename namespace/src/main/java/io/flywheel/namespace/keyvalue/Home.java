package io.flywheel.namespace.keyvalue;

import java.util.OptionalLong;

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

    /// What the newest checkpoint was said to hold at least; empty when there is none, or nothing was said.
    OptionalLong checkpoint();

    /// Makes a copy of the newest checkpoint of another home of the same kind the newest one here, persistent
    /// on return. What the one before has too is not copied again. False when that fails; then the one before
    /// is still there.
    boolean adopt(Home from);

    /// Removes tables that are not used: those of another home took their place.
    void vacate();
}
