package io.flywheel.placement;

import static io.flywheel.base.Check.check;

/// A share of a fleet's disks fails at once and for good, as after a power outage. Which ones is chance. After
/// Cidon and others, "Copysets: Reducing the Frequency of Data Loss in Cloud Storage" (ATC'13).
///
/// @param disks of the fleet
/// @param failing of them
record Outage(int disks, int failing) {
    Outage {
        check(failing >= 0 && failing <= disks, "failing");
    }

    /// The probability that one copyset loses more disks than it tolerates (hypergeometric).
    double lossOf(int shards, int tolerated) {
        check(shards <= disks, "shards");
        double probability = 0;
        for (int lost = tolerated + 1; lost <= Math.min(shards, failing); lost++) {
            if (failing - lost <= disks - shards) {
                probability += Math.exp(logChoose(shards, lost)
                        + logChoose(disks - shards, failing - lost)
                        - logChoose(disks, failing));
            }
        }
        return Math.min(1, probability);
    }

    /// The probability that any of so many copysets is lost.
    double lossOfAny(int shards, int tolerated, double copysets) {
        return -Math.expm1(copysets * Math.log1p(-lossOf(shards, tolerated)));
    }

    /// The logarithm of how many sets of {@code chosen} there are: sums of logarithms, with an error below 1e-9 for
    /// fleets of a million disks.
    static double logChoose(int from, int chosen) {
        double sum = 0;
        for (int at = 1; at <= Math.min(chosen, from - chosen); at++) {
            sum += Math.log((double) (from - at + 1) / at);
        }
        return sum;
    }
}
