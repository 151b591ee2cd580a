package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.flywheel.base.Random;
import io.flywheel.base.simulated.SeededRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossChainTest {
    /// "A Case for Redundant Arrays of Inexpensive Disks": 100 data disks of 30,000 hours, one check disk for each
    /// group of 10 or 25, repaired within an hour.
    @ParameterizedTest
    @CsvSource({"10, 820_000", "25, 346_000"})
    void shouldAgreeWithThePaperOnRaid(int dataDisks, String hours) {
        var group = new LossChain(dataDisks + 1, 1, 1 / 30_000.0, 1);
        double groups = 100.0 / dataDisks;
        assertThat(group.meanTimeToLoss() / groups)
                .isCloseTo(Double.parseDouble(hours.replace("_", "")), withPercentage(1));
    }

    /// Without repair n disks are lost one after the other: 1/(nλ) + 1/((n-1)λ) + …
    @Test
    void shouldLoseOneAfterTheOtherWithoutRepair() {
        assertThat(new LossChain(4, 2, 0.5, 0).meanTimeToLoss())
                .isCloseTo(1 / 2.0 + 1 / 1.5 + 1 / 1.0, withPercentage(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"3, 2, 0.4, 2", "6, 2, 0.3, 4", "12, 4, 0.5, 3", "2, 1, 0.1, 5", "1, 0, 0.2, 1"})
    void shouldAgreeWithASimulation(int shards, int tolerated, double failureRate, double repairRate) {
        long seed = 11;
        var random = new SeededRandom(seed);
        int runs = 40_000;
        double sum = 0;
        for (int run = 0; run < runs; run++) {
            sum += timeToLoss(shards, tolerated, failureRate, repairRate, random);
        }
        // Nearly exponential: the mean of 40,000 is off by more than two percent once in 16,000 times.
        assertThat(new LossChain(shards, tolerated, failureRate, repairRate).meanTimeToLoss())
                .as("seed %s", seed)
                .isCloseTo(sum / runs, withPercentage(2));
    }

    private static double timeToLoss(int shards, int tolerated, double failureRate, double repairRate, Random random) {
        double time = 0;
        for (int missing = 0; missing <= tolerated; ) {
            double failures = (shards - missing) * failureRate;
            double repairs = missing * repairRate;
            time -= Math.log(uniform(random)) / (failures + repairs);
            missing += uniform(random) * (failures + repairs) < failures ? 1 : -1;
        }
        return time;
    }

    /// In (0, 1].
    static double uniform(Random random) {
        return ((random.nextLong() >>> 11) + 1) * 0x1p-53;
    }
}
