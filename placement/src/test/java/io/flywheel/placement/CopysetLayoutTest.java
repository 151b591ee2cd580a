package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.CopysetLayout.Planned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The layout of fleets from one disk to thousands; each seed is named where it matters.
class CopysetLayoutTest {
    private static final Shape WIDE = Shape.of(new Scheme.Rs(8, 4));

    /// 3,024 disks in three zones of 14 racks, of three sizes.
    private static List<DiskView> large(SeededRandom random) {
        return Fleets.disks(random, 3, 14, 6, 12);
    }

    @Test
    void shouldGiveEachOfThousandsOfDisksItsShareWithinOneSlot() {
        for (long seed = 1; seed <= 3; seed++) {
            SeededRandom random = new SeededRandom(seed);
            Snapshot fleet = Fleets.laidOut(large(random), WIDE, random);
            assertThat(fleet.copysets()).hasSize(Math.ceilDiv(3024 * 10, 12));
            double weight = fleet.disks().stream().mapToDouble(DiskView::weight).sum();
            int[] slots = Fleets.slots(fleet);
            for (int place = 0; place < slots.length; place++) {
                double share = fleet.copysets().size()
                        * 12.0
                        * fleet.disks().get(place).weight()
                        / weight;
                assertThat((double) slots[place])
                        .as("seed %s, disk %s", seed, place)
                        .isCloseTo(share, within(1.0));
            }
        }
    }

    @Test
    void shouldKeepEveryDomainOfTheProtectedLevelToWhatMayBeLost() {
        SeededRandom random = new SeededRandom(4);
        Snapshot fleet = Fleets.laidOut(large(random), WIDE, random);
        for (Copyset copyset : fleet.copysets()) {
            assertThat(copyset.level()).isEqualTo(Level.ZONE);
            assertThat(copyset.spread(disk -> fleet.disk(disk).domains())).isTrue();
            assertThat(mostOfOneDomain(fleet, copyset, Level.RACK))
                    .as("racks are shared evenly too, as there are 42")
                    .isEqualTo(1);
        }
    }

    private static int mostOfOneDomain(Snapshot fleet, Copyset copyset, Level level) {
        Map<Object, Integer> counts = new HashMap<>();
        copyset.slots()
                .forEach(
                        slot -> counts.merge(fleet.disk(slot.target()).domains().at(level), 1, Integer::sum));
        return counts.values().stream().mapToInt(count -> count).max().orElse(0);
    }

    @Test
    void shouldSurviveTheLossOfAnyDomainAndDisksBesideUpToTheParity() {
        SeededRandom random = new SeededRandom(5);
        Snapshot fleet = Fleets.laidOut(Fleets.disks(random, 1, 7, 4, 5), Shape.of(new Scheme.Rs(6, 3)), random);
        assertThat(fleet.copysets().getFirst().level()).isEqualTo(Level.RACK);
        for (int round = 0; round < 200; round++) {
            var lost = fleet.disks().get(random.nextInt(140)).domains().at(Level.RACK);
            for (Copyset copyset : fleet.copysets()) {
                long left = copyset.slots().stream()
                        .filter(slot -> !fleet.disk(slot.target())
                                .domains()
                                .at(Level.RACK)
                                .equals(lost))
                        .count();
                assertThat(left)
                        .as("of copyset %s without %s", copyset.id(), lost)
                        .isGreaterThanOrEqualTo(6);
            }
        }
    }

    @Test
    void shouldBoundWithHowManyOthersADiskSharesBlocks() {
        SeededRandom random = new SeededRandom(6);
        Snapshot fleet = Fleets.laidOut(large(random), WIDE, random);
        double mean =
                fleet.disks().stream().mapToDouble(DiskView::weight).average().orElseThrow();
        List<Set<DiskId>> neighbours = new ArrayList<>();
        fleet.disks().forEach(_ -> neighbours.add(new HashSet<>()));
        for (Copyset copyset : fleet.copysets()) {
            for (var one : copyset.slots()) {
                copyset.slots()
                        .forEach(other ->
                                neighbours.get(fleet.place(one.target())).add(other.target()));
            }
        }
        for (int place = 0; place < neighbours.size(); place++) {
            double copysets = 10 * fleet.disks().get(place).weight() / mean;
            assertThat(neighbours.get(place).size() - 1)
                    .as("disk %s", place)
                    .isLessThanOrEqualTo((int) Math.ceil(copysets + 1) * 11);
        }
    }

    @Test
    void shouldLetAllDisksHoldDataThatIsReadInTheirPart() {
        for (int disks : new int[] {6, 7, 60}) {
            SeededRandom random = new SeededRandom(disks);
            Snapshot fleet = Fleets.laidOut(Fleets.alike(random, disks, 1), Shape.of(new Scheme.Rs(4, 2)), random);
            Map<DiskId, Integer> data = new HashMap<>();
            fleet.copysets()
                    .forEach(copyset ->
                            copyset.slots().subList(0, 4).forEach(slot -> data.merge(slot.target(), 1, Integer::sum)));
            double mean = fleet.copysets().size() * 4.0 / disks;
            fleet.disks()
                    .forEach(disk -> assertThat((double) data.getOrDefault(disk.id(), 0))
                            .as("%s disks", disks)
                            .isCloseTo(mean, within(1.5)));
        }
    }

    @Test
    void shouldMoveOnlyTheShareOfADiskThatJoins() {
        for (long seed = 10; seed < 15; seed++) {
            SeededRandom random = new SeededRandom(seed);
            List<DiskView> disks = new ArrayList<>(Fleets.disks(random, 3, 4, 5, 10));
            Snapshot before = Fleets.laidOut(disks, WIDE, random);
            DiskView joining =
                    DiskView.empty(DiskId.draw(random), disks.getFirst().domains(), 16 * Fleets.TB);
            disks.add(joining);
            Snapshot joined = Snapshot.of(disks, before.copysets());
            Planned.Plan plan = Fleets.plan(joined, WIDE, random);
            Snapshot after = Fleets.carryOut(joined, plan);
            double weight = disks.stream().mapToDouble(DiskView::weight).sum();
            double share = after.copysets().size() * 12.0 * joining.weight() / weight;
            assertThat(plan.added()).as("seed %s", seed).hasSize(1);
            assertThat(plan.moves()).as("seed %s", seed).hasSizeLessThanOrEqualTo((int) Math.ceil(share));
            assertThat(plan.moves()).allMatch(move -> move.to().equals(joining.id()));
            assertThat((double) Fleets.slots(after)[after.place(joining.id())]).isCloseTo(share, within(1.0));
            assertSettled(after, random);
        }
    }

    @Test
    void shouldMoveNothingButTheSlotsOfADiskThatLeaves() {
        for (long seed = 20; seed < 25; seed++) {
            SeededRandom random = new SeededRandom(seed);
            Snapshot before = Fleets.laidOut(Fleets.disks(random, 3, 4, 5, 10), WIDE, random);
            DiskId leaving = before.disks().get(random.nextInt(600)).id();
            int held = Fleets.slots(before)[before.place(leaving)];
            Snapshot without = before.with(disk -> disk.id().equals(leaving) ? disk.leave() : disk);
            Planned.Plan plan = Fleets.plan(without, WIDE, random);
            Snapshot after = Fleets.carryOut(without, plan);
            assertThat(plan.stuck()).isZero();
            assertThat(Fleets.slots(after)[after.place(leaving)]).isZero();
            assertThat(plan.moves()).as("seed %s", seed).hasSizeLessThanOrEqualTo(held + 2);
            assertThat(after.copysets())
                    .allMatch(copyset -> copyset.spread(disk -> after.disk(disk).domains()));
            assertSettled(after, random);
        }
    }

    /// No more than the whole slots by which disks are off their shares.
    @Test
    void shouldMoveNoMoreSlotsThanDisksAreOffWhenWeightsChange() {
        for (long seed = 30; seed < 40; seed++) {
            SeededRandom random = new SeededRandom(seed);
            Snapshot before = Fleets.laidOut(Fleets.disks(random, 4, 3, 5, 10), WIDE, random);
            Set<DiskId> changed = new HashSet<>();
            for (int i = 0; i < 6; i++) {
                changed.add(before.disks().get(random.nextInt(600)).id());
            }
            Snapshot reweighted =
                    before.with(disk -> changed.contains(disk.id()) ? disk.withWeight(disk.weight() / 2) : disk);
            double weight =
                    reweighted.disks().stream().mapToDouble(DiskView::weight).sum();
            int[] slots = Fleets.slots(before);
            int off = 0;
            for (int place = 0; place < slots.length; place++) {
                double share = before.copysets().size()
                        * 12.0
                        * reweighted.disks().get(place).weight()
                        / weight;
                off += (int) Math.floor(Math.abs(slots[place] - share));
            }
            Planned.Plan plan = Fleets.plan(reweighted, WIDE, random);
            assertThat(plan.moves().size()).as("seed %s", seed).isPositive().isLessThanOrEqualTo(off);
            assertThat(plan.added()).isEmpty();
            assertSettled(Fleets.carryOut(reweighted, plan), random);
        }
    }

    private static void assertSettled(Snapshot fleet, SeededRandom random) {
        Planned.Plan next = Fleets.plan(fleet, WIDE, random);
        assertThat(next.added()).isEmpty();
        assertThat(next.moves()).isEmpty();
    }

    /// A history of disks that come, go and change: after each step all rules hold and little has moved.
    @Test
    void shouldKeepAllRulesWhileTheFleetChanges() {
        for (long seed = 50; seed < 56; seed++) {
            SeededRandom random = new SeededRandom(seed);
            List<DiskView> disks = new ArrayList<>(Fleets.disks(random, 1, 5, 3, 6));
            Shape shape = Shape.of(new Scheme.Rs(6, 3));
            Snapshot fleet = Fleets.laidOut(disks, shape, random);
            for (int step = 0; step < 60; step++) {
                int at = random.nextInt(disks.size());
                switch (random.nextInt(3)) {
                    case 0 -> disks.set(at, disks.get(at).leave());
                    case 1 -> disks.set(at, disks.get(at).withWeight(Fleets.TB * (1 + random.nextInt(20))));
                    default ->
                        disks.add(DiskView.empty(
                                DiskId.draw(random), disks.get(at).domains(), Fleets.TB * (4 << random.nextInt(3))));
                }
                fleet = Snapshot.of(disks, fleet.copysets());
                Planned.Plan plan = Fleets.plan(fleet, shape, random);
                fleet = Fleets.carryOut(fleet, plan);
                Snapshot now = fleet;
                String where = "seed " + seed + ", step " + step;
                assertThat(plan.stuck()).as(where).isZero();
                assertThat(plan.moves()).as(where).hasSizeLessThanOrEqualTo(60);
                assertThat(now.copysets())
                        .as(where)
                        .allMatch(
                                copyset -> copyset.spread(disk -> now.disk(disk).domains()));
                int[] slots = Fleets.slots(now);
                for (DiskView disk : now.disks()) {
                    assertThat(!disk.leaving() || slots[now.place(disk.id())] == 0)
                            .as(where)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void shouldChooseTheHighestLevelAtWhichADomainMayFail() {
        assertThat(level(4, 2, 3, 1, 1, 1)).isEqualTo(Level.ZONE);
        assertThat(level(4, 2, 2, 3, 1, 1)).isEqualTo(Level.RACK);
        assertThat(level(4, 2, 1, 1, 3, 2)).isEqualTo(Level.NODE);
        assertThat(level(4, 2, 1, 1, 1, 6)).isEqualTo(Level.DISK);
        assertThat(level(8, 4, 2, 2, 2, 3)).isEqualTo(Level.RACK);
    }

    private static Level level(int k, int m, int zones, int racks, int nodes, int disks) {
        SeededRandom random = new SeededRandom(7);
        int perNode = Math.max(disks, (k + m) / (zones * racks * nodes));
        List<DiskView> equal = Fleets.disks(random, zones, racks, nodes, perNode).stream()
                .map(disk -> DiskView.empty(disk.id(), disk.domains(), Fleets.TB))
                .toList();
        return Fleets.plan(Fleets.empty(equal), Shape.of(new Scheme.Rs(k, m)), random)
                .level();
    }

    /// Two zones of ten disks and one of a single disk: protecting zones would leave most of the space idle.
    @Test
    void shouldNotProtectDomainsAtThePriceOfMostOfTheSpace() {
        SeededRandom random = new SeededRandom(8);
        List<DiskView> disks = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            disks.add(DiskView.empty(DiskId.draw(random), new Domains("z" + i / 10, "", "n" + i / 2), Fleets.TB));
        }
        Planned.Plan plan = Fleets.plan(Fleets.empty(disks), Shape.of(new Scheme.Rs(4, 2)), random);
        assertThat(plan.level()).isEqualTo(Level.NODE);
        assertThat(plan.usable()).isCloseTo(1, within(1e-9));
    }

    @Test
    void shouldSayHowMuchALargeDiskLeavesIdle() {
        SeededRandom random = new SeededRandom(9);
        List<DiskView> disks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            disks.add(DiskView.empty(DiskId.draw(random), Domains.of("n" + i), (i == 0 ? 11 : 1) * Fleets.TB));
        }
        Planned.Plan plan = Fleets.plan(Fleets.empty(disks), Shape.of(new Scheme.Copies(2)), random);
        assertThat(plan.usable()).as("5 TB beside 5 TB").isCloseTo(10 / 16.0, within(1e-6));
    }

    @Test
    void shouldRefuseWhatTheDisksCannotHold() {
        SeededRandom random = new SeededRandom(11);
        Snapshot fleet = Fleets.empty(Fleets.alike(random, 5, 1));
        assertThat(CopysetLayout.plan(fleet, Shape.of(new Scheme.Rs(4, 2)), random))
                .isEqualTo(new Planned.Refused("a copyset needs 6 disks; the fleet has 5 that take data"));
    }

    @Test
    void shouldReplayFromItsSeed() {
        List<DiskView> disks = Fleets.disks(new SeededRandom(12), 3, 3, 3, 3);
        Planned.Plan once = Fleets.plan(Fleets.empty(disks), WIDE, new SeededRandom(13));
        assertThat(Fleets.plan(Fleets.empty(disks), WIDE, new SeededRandom(13))).isEqualTo(once);
        assertThat(Fleets.plan(Fleets.empty(disks), WIDE, new SeededRandom(14))).isNotEqualTo(once);
    }

    @Test
    void shouldLayOutFleetsOfAFewDisks() {
        for (int disks = 1; disks <= 14; disks++) {
            for (Scheme scheme : List.of(
                    new Scheme.Copies(1),
                    new Scheme.Copies(2),
                    new Scheme.Copies(3),
                    new Scheme.Rs(2, 2),
                    new Scheme.Rs(4, 2),
                    new Scheme.Rs(8, 4))) {
                if (scheme.shards() <= disks) {
                    SeededRandom random = new SeededRandom(disks);
                    Snapshot fleet = Fleets.laidOut(Fleets.alike(random, disks, 1), Shape.of(scheme), random);
                    assertThat(fleet.copysets()).as("%s on %s", scheme, disks).isNotEmpty();
                    assertThat(fleet.copysets())
                            .allMatch(copyset ->
                                    copyset.spread(disk -> fleet.disk(disk).domains()));
                    int[] slots = Fleets.slots(fleet);
                    for (int of : slots) {
                        assertThat((double) of)
                                .as("%s on %s", scheme, disks)
                                .isCloseTo((double) fleet.copysets().size() * scheme.shards() / disks, within(1.0));
                    }
                }
            }
        }
    }

    @Test
    void shouldFindWhoTakesOverTheSlotOfALostDisk() {
        SeededRandom random = new SeededRandom(15);
        Snapshot fleet = Fleets.laidOut(Fleets.disks(random, 3, 2, 2, 3), WIDE, random);
        for (Copyset copyset : fleet.copysets()) {
            DiskId lost = copyset.slots().get(3).target();
            Snapshot without = fleet.with(disk -> disk.id().equals(lost) ? disk.with(DiskView.Health.ABSENT) : disk);
            DiskId to = CopysetLayout.replacement(without, copyset, 3, random).orElseThrow();
            assertThat(copyset.names(to)).isFalse();
            assertThat(copyset.with(3, new Slot.Moving(lost, to))
                            .spread(disk -> fleet.disk(disk).domains()))
                    .isTrue();
        }
        Snapshot six = Fleets.laidOut(Fleets.alike(random, 6, 1), Shape.of(new Scheme.Rs(4, 2)), random);
        assertThat(CopysetLayout.replacement(six, six.copysets().getFirst(), 0, random))
                .isEmpty();
    }
}
