package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Choice.Chosen.Placed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Thousands of disks and many choices: how evenly data and load come out.
class BalanceTest {
    private static final Scheme WIDE = new Scheme.Rs(8, 4);
    private static final long BLOCK = 64 << 20;

    /// What the disks have taken so far, by their places.
    private static final class Load {
        final double[] perSecond;
        final long[] used;

        Load(int disks) {
            perSecond = new double[disks];
            used = new long[disks];
        }

        Snapshot seen(Snapshot fleet) {
            return fleet.with(disk -> {
                int place = fleet.place(disk.id());
                return disk.with(new Heat(0, perSecond[place], 0)).withFree(disk.capacityBytes() - used[place]);
            });
        }
    }

    /// 2,016 disks of 4, 8 and 16 GB (a thousandth of real ones) in three zones, filled to 80 %.
    @Test
    void shouldFillDisksOfUnequalSizeInProportion() {
        for (long seed = 1; seed <= 1; seed++) {
            SeededRandom random = new SeededRandom(seed);
            List<DiskView> disks = small(Fleets.disks(random, 3, 14, 6, 8));
            Snapshot fleet = Fleets.laidOut(disks, Shape.of(WIDE), random);
            Load load = new Load(disks.size());
            long capacity = disks.stream().mapToLong(DiskView::capacityBytes).sum();
            fill(fleet, load, (long) (capacity * 0.8), random);
            double squares = 0;
            for (int place = 0; place < load.used.length; place++) {
                double off =
                        (double) load.used[place] / fleet.disks().get(place).capacityBytes() - 0.8;
                squares += off * off;
                assertThat((double) load.used[place] / fleet.disks().get(place).capacityBytes())
                        .as("seed %s, disk %s", seed, place)
                        .isCloseTo(0.8, within(0.08));
            }
            assertThat(Math.sqrt(squares / load.used.length))
                    .as("seed %s, standard deviation", seed)
                    .isLessThan(0.02);
        }
    }

    /// A tenth of the disks joins when the others are 60 % full: they catch up, and are not overrun meanwhile.
    @Test
    void shouldLetNewDisksCatchUpWithoutOverrunningThem() {
        SeededRandom random = new SeededRandom(3);
        List<DiskView> disks = new ArrayList<>(small(Fleets.disks(random, 3, 5, 6, 10)));
        Snapshot old = Fleets.laidOut(disks, Shape.of(WIDE), random);
        Load before = new Load(disks.size());
        long capacity = disks.stream().mapToLong(DiskView::capacityBytes).sum();
        fill(old, before, (long) (capacity * 0.6), random);
        List<DiskView> joined = small(Fleets.disks(random, 3, 5, 6, 1));
        disks.addAll(joined);
        Snapshot grown = Snapshot.of(disks, old.copysets());
        Snapshot fleet = Fleets.carryOut(grown, Fleets.plan(grown, Shape.of(WIDE), random));
        Load load = new Load(disks.size());
        for (DiskView disk : old.disks()) {
            load.used[fleet.place(disk.id())] = before.used[old.place(disk.id())];
        }
        long[] start = load.used.clone();
        long written = capacity / 20;
        fill(fleet, load, written, random);
        double mean = (double) written
                / fleet.disks().stream().mapToLong(DiskView::capacityBytes).sum();
        for (DiskView disk : joined) {
            int place = fleet.place(disk.id());
            double share = (load.used[place] - start[place]) / (mean * disk.capacityBytes());
            assertThat(share).as("of what a disk of its size takes").isBetween(1.1, 3.0);
        }
    }

    private static List<DiskView> small(List<DiskView> disks) {
        return disks.stream()
                .map(disk -> DiskView.empty(disk.id(), disk.domains(), disk.capacityBytes() >> 10))
                .toList();
    }

    private static void fill(Snapshot fleet, Load load, long bytes, SeededRandom random) {
        long left = bytes;
        while (left > 0) {
            Choice choice = new Choice(load.seen(fleet));
            for (int i = 0; i < 500 && left > 0; i++) {
                long shard = BLOCK / 8;
                for (DiskId disk : placed(choice.choose(WIDE, BLOCK, random)).disks()) {
                    load.used[fleet.place(disk)] += shard;
                    left -= shard;
                }
            }
        }
    }

    private static Placed placed(Choice.Chosen chosen) {
        return switch (chosen) {
            case Placed placed -> placed;
            case Choice.Chosen.Full(String why) -> throw new AssertionError(why);
            case Choice.Chosen.Refused(String why) -> throw new AssertionError(why);
        };
    }

    /// Blocks differ in how often they are asked for, by a factor of a hundred (Pareto): what counts is how hot
    /// the hottest disk is beside the mean.
    @Test
    void shouldKeepTheHottestDiskCoolerThanOneRandomChoiceDoes() {
        for (long seed = 4; seed <= 5; seed++) {
            SeededRandom random = new SeededRandom(seed);
            Snapshot fleet = Fleets.laidOut(Fleets.alike(random, 2400, 12), Shape.of(WIDE), random);
            double[] rates = rates(60_000, random);
            double two = hottest(fleet, rates, true, random);
            double one = hottest(fleet, rates, false, random);
            assertThat(two)
                    .as("seed %s: beside the mean; one choice: %s", seed, one)
                    .isLessThan(1.5);
            assertThat(one).as("seed %s", seed).isGreaterThan(1.5);
            assertThat(two - 1).isLessThan((one - 1) * 0.7);
        }
    }

    /// Pareto with exponent 1.2, cut at a hundred times the least.
    private static double[] rates(int blocks, SeededRandom random) {
        double[] rates = new double[blocks];
        Arrays.setAll(rates, _ -> Math.min(100, Math.pow(1 - Chance.fraction(random), -1 / 1.2)));
        return rates;
    }

    private static double hottest(Snapshot fleet, double[] rates, boolean choose, SeededRandom random) {
        Load load = new Load(fleet.disks().size());
        Choice choice = new Choice(fleet);
        for (int block = 0; block < rates.length; block++) {
            if (block % 100 == 0) {
                choice = new Choice(load.seen(fleet));
            }
            List<DiskId> disks = choose
                    ? placed(choice.choose(WIDE, BLOCK, random)).disks()
                    : random(fleet, random).slots().stream()
                            .map(slot -> slot.target())
                            .toList();
            for (DiskId disk : disks.subList(0, WIDE.dataShards())) {
                load.perSecond[fleet.place(disk)] += rates[block];
            }
        }
        double sum = Arrays.stream(load.perSecond).sum();
        return Arrays.stream(load.perSecond).max().orElseThrow() / (sum / load.perSecond.length);
    }

    private static Copyset random(Snapshot fleet, SeededRandom random) {
        return fleet.copysets().get(random.nextInt(fleet.copysets().size()));
    }

    /// Some blocks are read far more than all others: reads that steer spread over all their disks.
    @Test
    void shouldSpreadTheReadsOfHotBlocksOverTheirParity() {
        SeededRandom random = new SeededRandom(7);
        Snapshot fleet = Fleets.laidOut(Fleets.alike(random, 1200, 12), Shape.of(WIDE), random);
        List<Integer> slots = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        double[] fixed = new double[1200];
        double[] steered = new double[1200];
        double[] recent = new double[1200];
        for (int second = 0; second < 300; second++) {
            double[] rate = recent.clone();
            Snapshot now = fleet.with(disk -> disk.with(new Heat(0, rate[fleet.place(disk.id())], 0)));
            double[] asked = new double[1200];
            for (int i = 0; i < 400; i++) {
                // Every fourth read asks for one of three blocks.
                Copyset copyset = i % 4 == 0 ? fleet.copysets().get(i % 3) : random(fleet, random);
                for (int slot = 0; slot < 8; slot++) {
                    fixed[fleet.place(copyset.slots().get(slot).target())]++;
                }
                ReadPlan plan = ReadPlan.of(now, copyset, WIDE, slots, random);
                for (ReadPlan.Source source : plan.sources().subList(0, plan.needed())) {
                    asked[fleet.place(source.disk())]++;
                }
            }
            for (int place = 0; place < 1200; place++) {
                recent[place] = 0.9 * recent[place] + 0.1 * asked[place];
                steered[place] += asked[place];
            }
        }
        double worstFixed = Arrays.stream(fixed).max().orElseThrow();
        double worstSteered = Arrays.stream(steered).max().orElseThrow();
        // Parity is read around data that is twice as hot, so the eight share with four at half their heat: four
        // fifths.
        assertThat(worstSteered).isLessThan(worstFixed * 0.85);
    }
}
