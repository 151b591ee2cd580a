package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import io.flywheel.base.Random;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    private static final double DAY = 1 / 365.25;

    private static Durability fleet(String scheme, int disks, double failuresPerYear, double repairYears, int scatter) {
        return new Durability(
                Scheme.parse(scheme), disks, 16e12, 0.8, failuresPerYear, repairYears, scatter, 64 << 20, 0, 0, 0, 0);
    }

    @Test
    void shouldLoseLessWhereMoreIsTolerated() {
        double two = fleet("copies(2)", 1_000, 0.014, DAY, 10).ofObject().nines();
        double three = fleet("copies(3)", 1_000, 0.014, DAY, 10).ofObject().nines();
        double coded = fleet("rs(8,4)", 1_000, 0.014, DAY, 110).ofObject().nines();
        assertThat(two).isLessThan(three);
        assertThat(three).isLessThan(coded);
    }

    @Test
    void shouldCountWhatIsLostOnceWhenItsPartsAreCertain() {
        assertThat(new Durability.Loss(1, 0, 0).any()).isEqualTo(1);
        assertThat(new Durability.Loss(0.5, 0.5, 0.5).any()).isCloseTo(0.875, withPercentage(1e-9));
        assertThat(new Durability.Loss(1e-20, 2e-20, 3e-20).any()).isCloseTo(6e-20, withPercentage(1e-9));
    }

    @Test
    void shouldCountFewerCopysetsWhereDisksShareWithFewer() {
        var narrow = fleet("copies(3)", 5_000, 0.014, DAY, 2);
        assertThat(narrow.copysets()).isEqualTo(1_667);
        assertThat(fleet("copies(3)", 5_000, 0.014, DAY, 20).copysets()).isEqualTo(16_667);
        assertThat(narrow.copysetsIfDrawn()).isGreaterThan(1e8);
    }

    /// The more a sector's error may lie unseen, the more it costs.
    @Test
    void shouldLoseMoreToErrorsThatAreFoundLater() {
        double weekly = latent("rs(4,2)", 7 * DAY).latent();
        assertThat(weekly).isPositive();
        assertThat(latent("rs(4,2)", 28 * DAY).latent()).isCloseTo(4 * weekly, withPercentage(1));
        assertThat(latent("copies(1)", 7 * DAY).latent())
                .as("without redundancy scrubbing does not help")
                .isEqualTo(latent("copies(1)", 28 * DAY).latent())
                .isCloseTo(0.1 * (64 << 20) / (16e12 * 0.8), withPercentage(1));
    }

    private static Durability.Loss latent(String scheme, double scrubYears) {
        return new Durability(Scheme.parse(scheme), 100, 16e12, 0.8, 0.014, DAY, 50, 64 << 20, 0.1, scrubYears, 0, 0)
                .ofObject();
    }

    /// A fleet of its disks and copysets, year for year, at rates that lose something often.
    @Test
    void shouldAgreeWithASimulatedFleet() {
        int disks = 60;
        var expected = fleet("rs(2,1)", disks, 0.5, 0.01, 8);
        long seed = 5;
        var random = new SeededRandom(seed);
        int years = 4_000;
        int lossy = 0;
        for (int year = 0; year < years; year++) {
            lossy += losesSomething(copysets(disks, 3, 4, random), disks, 0.5, 1 / 0.01, random) ? 1 : 0;
        }
        // Copysets that share disks are lost together a little more often than the estimate, which takes them for
        // independent, says.
        assertThat(expected.ofAnything(expected.copysets()).any())
                .as("seed %s", seed)
                .isCloseTo((double) lossy / years, withPercentage(8));
    }

    /// Copyset replication: each permutation of the disks is cut into copysets.
    private static List<List<Integer>> copysets(int disks, int shards, int permutations, Random random) {
        var copysets = new ArrayList<List<Integer>>();
        for (int permutation = 0; permutation < permutations; permutation++) {
            var order = new ArrayList<Integer>();
            for (int disk = 0; disk < disks; disk++) {
                order.add(disk);
            }
            for (int at = disks - 1; at > 0; at--) {
                Collections.swap(order, at, random.nextInt(at + 1));
            }
            for (int at = 0; at < disks; at += shards) {
                copysets.add(List.copyOf(order.subList(at, at + shards)));
            }
        }
        return copysets;
    }

    private static boolean losesSomething(
            List<List<Integer>> copysets, int disks, double failureRate, double repairRate, Random random) {
        var missing = new BitSet(disks);
        double time = 0;
        while (true) {
            double failures = (disks - missing.cardinality()) * failureRate;
            double repairs = missing.cardinality() * repairRate;
            time -= Math.log(LossChainTest.uniform(random)) / (failures + repairs);
            if (time > 1) {
                return false;
            }
            boolean fails = LossChainTest.uniform(random) * (failures + repairs) < failures;
            int disk = random.nextInt(disks);
            while (missing.get(disk) == fails) {
                disk = random.nextInt(disks);
            }
            missing.set(disk, fails);
            if (copysets.stream()
                    .anyMatch(set -> set.stream().filter(missing::get).count() > 1)) {
                return true;
            }
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        assertThatThrownBy(() -> fleet("rs(8,4)", 11, 0.014, DAY, 10)).hasMessageContaining("needs 12 disks, not 11");
        assertThatThrownBy(() -> fleet("rs(8,4)", 100, 0.014, DAY, 10))
                .hasMessageContaining("shares blocks with 11 to 99 others, not 10");
    }
}
