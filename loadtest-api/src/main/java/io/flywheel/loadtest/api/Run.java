package io.flywheel.loadtest.api;

/// A run as its transactions see it.
public interface Run {
    /// What the definition is run as.
    enum Mode {
        /// Each transaction once, one after the other.
        FUNCTIONAL,
        /// At a rate or with a concurrency, for a time.
        LOAD,
        /// For ever at a low rate.
        CANARY
    }

    Mode mode();

    /// Where the service is, as the run file says it; never ends with a slash.
    String target();

    /// The run's seed. Two runs with the same seed and file ask the same things in the same order.
    long seed();

    /// An identifier of this run, new for each: what a run makes can carry it in its names.
    String id();

    /// Which process of the run this is, from 0.
    int process();

    /// What the run file says under `settings`.
    Settings settings();

    /// Writes a line to the run's log.
    void log(String line);
}
