package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// What is wrong with a disk on purpose.
public sealed interface DiskFault {
    /// Nothing.
    DiskFault NONE = new None();

    record None() implements DiskFault {}

    /// Each call that reads, writes or flushes takes longer.
    ///
    /// @param times as long as it would take
    /// @param atLeast and no less than this
    record Slow(int times, Duration atLeast) implements DiskFault {
        public Slow {
            check(times >= 1 && !atLeast.isNegative(), "how slow");
        }
    }

    /// The file system gives no more space; what it gave can be written.
    record Full() implements DiskFault {}

    /// A share of the calls, drawn one by one, ends with an error. A write that fails may have happened.
    ///
    /// @param reads of reads, 0 to 1
    /// @param writes of writes, flushes, and what else changes the disk
    record Failing(double reads, double writes) implements DiskFault {
        public Failing {
            check(reads >= 0 && reads <= 1 && writes >= 0 && writes <= 1, "shares");
        }
    }

    /// No call returns while it lasts; then it goes on.
    record Hung() implements DiskFault {}
}
