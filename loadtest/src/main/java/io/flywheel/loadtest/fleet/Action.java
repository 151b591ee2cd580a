package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.schedule.Share;

/// What an agent's process is to do.
sealed interface Action {
    /// Set up and get ready; then {@link Participation#prepared} or {@link Participation#failed}.
    record Prepare(boolean first, int process) implements Action {}

    /// Begin; then reports come, the last of them said to be it.
    ///
    /// @param originNanos the start of the run by this process's clock
    record Start(long originNanos, Share share, long leaseNanos) implements Action {}

    /// Have another share from its moment on.
    record Divide(Share share) implements Action {}

    /// Start what is due until that moment of the run.
    record Extend(long leaseNanos) implements Action {}

    /// Start nothing more.
    record Stop() implements Action {}

    /// Clean up and tear down; then {@link Participation#finished}.
    record Finish(boolean first) implements Action {}

    /// The run is over for this process.
    ///
    /// @param first it also tears down what it has set up once in the run
    record Leave(boolean first) implements Action {}
}
