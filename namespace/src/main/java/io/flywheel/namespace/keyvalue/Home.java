package io.flywheel.namespace.keyvalue;

/// Where the tables live across restarts.
public interface Home {
    /// What opening came to.
    sealed interface Opened {
        record Open(KeyValues tables) implements Opened {}

        /// There are none, or they are damaged.
        record Unusable(String why) implements Opened {}
    }

    /// Opens the tables as they were last made persistent.
    Opened open();

    /// Throws away what {@link #open} found and begins anew from the latest checkpoint, or from nothing.
    Opened restore();
}
