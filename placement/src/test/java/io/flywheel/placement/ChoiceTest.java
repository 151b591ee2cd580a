package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Choice.Chosen;
import io.flywheel.placement.Choice.Chosen.Placed;
import io.flywheel.placement.DiskView.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private static final Scheme SIX = new Scheme.Rs(4, 2);
    private static final long MIB = 1 << 20;

    private static Snapshot six(SeededRandom random) {
        return Fleets.laidOut(Fleets.alike(random, 6, 1), Shape.of(SIX), random);
    }

    private static Placed placed(Chosen chosen) {
        return switch (chosen) {
            case Placed placed -> placed;
            case Chosen.Full(String why) -> throw new AssertionError(why);
            case Chosen.Refused(String why) -> throw new AssertionError(why);
        };
    }

    private static Snapshot without(Snapshot fleet, int... places) {
        return fleet.with(disk -> IntStream.of(places).anyMatch(place -> fleet.place(disk.id()) == place)
                ? disk.with(Health.ABSENT)
                : disk);
    }

    @Test
    void shouldPutEachShardOnADiskOfItsOwn() {
        SeededRandom random = new SeededRandom(1);
        Snapshot fleet = six(random);
        Placed placed = placed(new Choice(fleet).choose(SIX, 64 * MIB, random));
        assertThat(placed.scheme()).isEqualTo(SIX);
        assertThat(placed.slots()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(placed.slotMask()).isEqualTo(0b111111);
        assertThat(new HashSet<>(placed.disks())).hasSize(6);
        assertThat(placed.epoch()).isEqualTo(1);
    }

    /// The example of the design: six disks, one dead: rs(3,2).
    @Test
    void shouldKeepParityAndNarrowDataWhenDisksAreMissing() {
        SeededRandom random = new SeededRandom(2);
        Snapshot fleet = six(random);
        for (int dead = 1; dead <= 3; dead++) {
            Snapshot now = without(fleet, IntStream.range(0, dead).toArray());
            Placed placed = placed(new Choice(now).choose(SIX, 64 * MIB, random));
            assertThat(placed.scheme()).isEqualTo(new Scheme.Rs(4 - dead, 2));
            assertThat(placed.slots()).hasSize(6 - dead).isSorted();
            assertThat(placed.disks()).allMatch(disk -> now.disk(disk).health() == Health.HEALTHY);
        }
    }

    @Test
    void shouldRefuseWhenTooFewDisksAreLeftToLoseAnyMore() {
        SeededRandom random = new SeededRandom(3);
        Snapshot fleet = six(random);
        assertThat(new Choice(without(fleet, 0, 1, 2, 3)).choose(SIX, MIB, random))
                .isEqualTo(new Chosen.Refused("rs(4,2) needs 3 disks of one copyset that can be written to survive the"
                        + " loss of 2; no copyset has more than 2"));
        assertThat(new Choice(fleet).choose(new Scheme.Rs(8, 4), MIB, random))
                .isEqualTo(new Chosen.Refused("no copyset was made for rs(8,4)"));
    }

    @Test
    void shouldNotNarrowWhileAnyCopysetIsWhole() {
        SeededRandom random = new SeededRandom(4);
        Snapshot fleet = Fleets.laidOut(Fleets.alike(random, 12, 1), Shape.of(SIX), random);
        Choice choice = new Choice(without(fleet, 0, 1));
        for (int i = 0; i < 100; i++) {
            assertThat(placed(choice.choose(SIX, MIB, random)).scheme()).isEqualTo(SIX);
        }
    }

    @Test
    void shouldWriteNothingToDisksThatAreSuspectLeavingOrFull() {
        SeededRandom random = new SeededRandom(5);
        Snapshot fleet = Fleets.laidOut(Fleets.alike(random, 30, 1), Shape.of(SIX), random);
        DiskId suspect = fleet.disks().get(0).id();
        DiskId leaving = fleet.disks().get(1).id();
        DiskId full = fleet.disks().get(2).id();
        DiskId idle = fleet.disks().get(3).id();
        Snapshot now = fleet.with(disk -> {
            if (disk.id().equals(suspect)) {
                return disk.with(Health.SUSPECT);
            } else if (disk.id().equals(leaving)) {
                return disk.leave();
            } else if (disk.id().equals(full)) {
                return disk.withFree(16 * MIB - 1);
            }
            return disk.id().equals(idle) ? disk.withWeight(0) : disk;
        });
        Choice choice = new Choice(now);
        for (int i = 0; i < 300; i++) {
            assertThat(placed(choice.choose(SIX, 64 * MIB, random)).disks())
                    .doesNotContain(suspect, leaving, full, idle);
        }
    }

    @Test
    void shouldSayThatThereIsNoRoomWhenDisksAreFull() {
        SeededRandom random = new SeededRandom(6);
        Snapshot fleet = six(random).with(disk -> disk.withFree(MIB));
        assertThat(new Choice(fleet).choose(SIX, 64 * MIB, random))
                .isEqualTo(new Chosen.Full(
                        "no copyset of rs(4,2) has room for 67108864 bytes on 3 disks that can be written"));
        assertThat(placed(new Choice(fleet).choose(SIX, 4 * MIB, random)).scheme())
                .isEqualTo(SIX);
    }

    @Test
    void shouldWriteWhereASlotGoesUnderTheNewEpoch() {
        SeededRandom random = new SeededRandom(7);
        List<DiskView> disks = Fleets.alike(random, 7, 1);
        List<DiskId> ids = disks.stream().map(DiskView::id).toList();
        Copyset copyset =
                Copyset.of(0, 2, Level.NODE, ids.subList(0, 6)).with(1, new Slot.Moving(ids.get(1), ids.get(6)));
        Placed placed = placed(new Choice(Snapshot.of(disks, List.of(copyset))).choose(SIX, MIB, random));
        assertThat(placed.epoch()).isEqualTo(2);
        assertThat(placed.disks().get(1)).isEqualTo(ids.get(6));
    }

    @Test
    void shouldPutCopiesOfSmallObjectsInDifferentDomains() {
        SeededRandom random = new SeededRandom(8);
        Scheme wide = new Scheme.Rs(8, 4);
        Snapshot fleet = Fleets.laidOut(Fleets.disks(random, 3, 3, 4, 4), Shape.of(wide), random);
        Choice choice = new Choice(fleet);
        Set<DiskId> used = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            Placed placed = placed(choice.chooseCopies(wide, 10_000, random));
            assertThat(placed.scheme()).isEqualTo(new Scheme.Copies(5));
            assertThat(placed.slots()).isSorted();
            assertThat(placed.disks().stream()
                            .map(disk -> fleet.disk(disk).domains().zone())
                            .distinct())
                    .hasSize(3);
            assertThat(placed.disks().stream()
                            .map(disk -> fleet.disk(disk).domains().at(Level.RACK))
                            .distinct())
                    .hasSize(5);
            used.addAll(placed.disks());
        }
        assertThat(used).as("every disk has its part").hasSizeGreaterThan(120);
    }

    @Test
    void shouldChooseTheCoolerAndTheEmptier() {
        SeededRandom random = new SeededRandom(9);
        List<DiskView> disks = Fleets.alike(random, 2, 1);
        List<Copyset> copysets = List.of(
                Copyset.of(0, 0, Level.DISK, List.of(disks.get(0).id())),
                Copyset.of(1, 0, Level.DISK, List.of(disks.get(1).id())));
        Scheme single = new Scheme.Copies(1);
        for (Heat hot : List.of(new Heat(20, 0, 0), new Heat(0, 100, 0), new Heat(0, 0, 100))) {
            Heat cool = new Heat(0, hot.perSecond() / 2, hot.latencyMillis() / 2);
            Snapshot fleet =
                    Snapshot.of(List.of(disks.get(0).with(hot), disks.get(1).with(cool)), copysets);
            for (int i = 0; i < 20; i++) {
                assertThat(placed(new Choice(fleet).choose(single, MIB, random)).copyset())
                        .isEqualTo(1);
            }
        }
        Snapshot fuller = Snapshot.of(
                List.of(disks.get(0), disks.get(1).withFree(disks.get(1).capacityBytes() / 2)), copysets);
        assertThat(placed(new Choice(fuller).choose(single, MIB, random)).copyset())
                .isZero();
    }

    @Test
    void shouldReplayFromItsSeed() {
        Snapshot fleet = Fleets.laidOut(Fleets.alike(new SeededRandom(1), 100, 2), Shape.of(SIX), new SeededRandom(2));
        List<Chosen> once = choices(fleet, 3);
        assertThat(choices(fleet, 3)).isEqualTo(once);
        assertThat(choices(fleet, 4)).isNotEqualTo(once);
    }

    private static List<Chosen> choices(Snapshot fleet, long seed) {
        SeededRandom random = new SeededRandom(seed);
        Choice choice = new Choice(fleet);
        List<Chosen> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(choice.choose(SIX, MIB, random));
            all.add(choice.chooseCopies(SIX, MIB, random));
        }
        return all;
    }
}
