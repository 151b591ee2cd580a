package io.flywheel.loadtest.capacity;

/// Why a search made no more probes before it knew enough.
///
/// @param why in words
public record Ending(Kind kind, String why) {
    /// What made the end.
    public enum Kind {
        /// The highest rate that it may ask for holds.
        RATE,
        /// As many probes were made as may be.
        PROBES,
        /// The generator gave way before the service.
        GENERATOR,
        /// Somebody stopped it.
        STOPPED
    }
}
