package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.DiskView.Health;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadPlanTest {
    private static final Scheme SIX = new Scheme.Rs(4, 2);
    private static final List<Integer> SLOTS = List.of(0, 1, 2, 3, 4, 5);

    private final SeededRandom random = new SeededRandom(1);
    private final List<DiskView> disks = Fleets.alike(random, 8, 1);
    private final List<DiskId> ids = disks.stream().map(DiskView::id).toList();
    private final Copyset copyset = Copyset.of(0, 2, Level.NODE, ids.subList(0, 6));
    private final Snapshot fleet = Snapshot.of(disks, List.of(copyset));

    private List<Integer> order(Snapshot fleet) {
        return ReadPlan.of(fleet, copyset, SIX, SLOTS, random).sources().stream()
                .map(ReadPlan.Source::shard)
                .toList();
    }

    private Snapshot with(int disk, Heat heat) {
        return fleet.with(view -> view.id().equals(ids.get(disk)) ? view.with(heat) : view);
    }

    private Snapshot with(Snapshot from, int disk, Health health) {
        return from.with(view -> view.id().equals(ids.get(disk)) ? view.with(health) : view);
    }

    @Test
    void shouldReadDataFirst() {
        ReadPlan plan = ReadPlan.of(fleet, copyset, SIX, SLOTS, random);
        assertThat(plan.needed()).isEqualTo(4);
        assertThat(plan.likely()).isEqualTo(6);
        assertThat(plan.sources().subList(0, 4))
                .extracting(ReadPlan.Source::shard)
                .containsExactlyInAnyOrder(0, 1, 2, 3);
        for (ReadPlan.Source source : plan.sources()) {
            assertThat(source.disk()).isEqualTo(ids.get(source.shard()));
        }
    }

    @Test
    void shouldReadAroundAHotDiskButNotAroundAWarmOne() {
        assertThat(order(with(2, new Heat(2, 0, 0))).subList(0, 4)).contains(2);
        assertThat(order(with(2, new Heat(60, 0, 0))).subList(0, 4)).doesNotContain(2);
        Snapshot slow = fleet.with(view -> view.with(new Heat(0, 0, view.id().equals(ids.get(2)) ? 900 : 10)));
        assertThat(order(slow)).as("a slow one").endsWith(2);
    }

    @Test
    void shouldNotReadHotParityInsteadOfHotData() {
        Snapshot hot = fleet.with(view -> view.id().equals(ids.get(0))
                        || view.id().equals(ids.get(4))
                        || view.id().equals(ids.get(5))
                ? view.with(new Heat(60, 0, 0))
                : view);
        assertThat(order(hot).subList(0, 4)).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void shouldReadSuspectDisksLateAndAbsentOnesLast() {
        Snapshot ill = with(with(fleet, 0, Health.ABSENT), 1, Health.SUSPECT);
        List<Integer> order = order(ill);
        assertThat(order.subList(0, 4)).containsExactlyInAnyOrder(2, 3, 4, 5);
        assertThat(order.subList(4, 6)).containsExactly(1, 0);
        assertThat(ReadPlan.of(ill, copyset, SIX, SLOTS, random).likely()).isEqualTo(5);
    }

    @Test
    void shouldAskWhereASlotGoesThenWhereItWas() {
        Copyset moving = copyset.with(1, new Slot.Moving(ids.get(1), ids.get(6)));
        Snapshot now = fleet.with(List.of(moving));
        ReadPlan plan = ReadPlan.of(now, moving, SIX, SLOTS, random);
        assertThat(plan.sources()).contains(new ReadPlan.Source(1, 1, ids.get(6), java.util.Optional.of(ids.get(1))));
        assertThat(plan.sources().subList(0, 4))
                .extracting(ReadPlan.Source::shard)
                .contains(1);
        ReadPlan lost = ReadPlan.of(with(now, 1, Health.ABSENT), moving, SIX, SLOTS, random);
        assertThat(lost.sources().getLast().shard())
                .as("what a lost disk held may not have arrived")
                .isEqualTo(1);
    }

    @Test
    void shouldReadANarrowBlockFromTheSlotsItHas() {
        ReadPlan plan = ReadPlan.of(fleet, copyset, new Scheme.Rs(2, 2), List.of(0, 2, 3, 5), random);
        assertThat(plan.sources().subList(0, 2))
                .extracting(ReadPlan.Source::disk)
                .containsExactlyInAnyOrder(ids.get(0), ids.get(2));
        assertThat(plan.sources()).hasSize(4);
    }

    @Test
    void shouldSpreadReadersOverCopies() {
        Set<DiskId> first = new HashSet<>();
        Snapshot warm = with(1, new Heat(3, 0, 0));
        for (int i = 0; i < 100; i++) {
            ReadPlan plan = ReadPlan.of(warm, copyset, new Scheme.Copies(3), List.of(0, 1, 2), random);
            assertThat(plan.needed()).isEqualTo(1);
            first.add(plan.sources().getFirst().disk());
        }
        assertThat(first).contains(ids.get(0), ids.get(2));
    }
}
