package io.flywheel.background;

import java.time.Duration;

/// A data service, done in steps. The steps of one worker never overlap.
public interface Worker {
    /// For the log, for example {@code reclaim}.
    String name();

    /// Does a bounded piece of work, in well under a second where the disks are well.
    Step step();

    /// How it stands; from any task.
    default Progress progress() {
        return Progress.none();
    }

    /// What a step says about the next one.
    sealed interface Step {
        /// There is more to do.
        record Busy() implements Step {}

        /// There may be more to do, but not before {@code delay} has passed.
        record Throttled(Duration delay) implements Step {}

        /// Nothing to do until something changes.
        record Idle() implements Step {}
    }
}
