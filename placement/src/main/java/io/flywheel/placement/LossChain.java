package io.flywheel.placement;

import static io.flywheel.base.Check.check;

/// How long the disks of one copyset keep their blocks: a Markov chain whose state is the number of shards that are
/// missing. Disks fail independently of each other; each missing shard is rebuilt independently of the others, the time
/// that takes being exponential. After Patterson, Gibson and Katz, "A Case for Redundant Arrays of Inexpensive Disks"
/// (SIGMOD'88), and its many followers.
///
/// ```
///        nλ        (n-1)λ              (n-m)λ
///   0 ───────▶ 1 ─────────▶ 2  …  m ───────────▶ lost
///     ◀─────── ◀─────────        …
///        μ         2μ
/// ```
///
/// The unit of time is the caller's.
///
/// @param shards n, of one block
/// @param tolerated m, how many of them may be missing at once
/// @param failureRate λ, failures of one disk in a unit of time
/// @param repairRate μ, one over the mean time until a lost shard is whole again
record LossChain(int shards, int tolerated, double failureRate, double repairRate) {
    LossChain {
        check(shards >= 1, "shards");
        check(tolerated >= 0 && tolerated < shards, "tolerated");
        check(failureRate > 0 && Double.isFinite(failureRate), "failureRate");
        check(repairRate >= 0 && Double.isFinite(repairRate), "repairRate");
    }

    /// The mean time until more shards are missing than may be.
    double meanTimeToLoss() {
        return meanTimeTo(tolerated + 1);
    }

    /// The mean time, from all shards being there, until so many are missing. Exact: a sum of positive terms, the mean
    /// times from each state to the next, so nothing cancels.
    double meanTimeTo(int missing) {
        double sum = 0;
        double toNext = 0;
        for (int state = 0; state < missing; state++) {
            toNext = (1 + state * repairRate * toNext) / ((shards - state) * failureRate);
            sum += toNext;
        }
        return sum;
    }
}
