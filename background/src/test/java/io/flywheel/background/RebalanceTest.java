package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Slot;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Shape;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Copysets follow the disks.
class RebalanceTest {
    private static final Scheme RS = new Scheme.Rs(2, 2);

    /// Lets rebalance and repair work for so long, one step after the other.
    static void run(FleetWorld world, Duration time) {
        long end = world.simulation.clock().monotonicNanos() + time.toNanos();
        while (world.simulation.clock().monotonicNanos() < end) {
            world.life.rebalance.step();
            for (int i = 0; i < 20; i++) {
                world.life.repair.step();
                world.simulation.tasks().sleep(Duration.ofMillis(50));
            }
        }
    }

    private static long slotsOn(FleetWorld world, Member member) {
        return world.life.store.map().copysets().stream()
                .filter(copyset -> copyset.names(member.id))
                .count();
    }

    @Test
    void shouldMakeCopysetsForANewFleetAndNoMoreLater() {
        World.forSeeds(5, simulation -> {
            var world = new FleetWorld(simulation, 6, RS);
            var before = world.life.store.map().copysets();
            assertThat(before).isNotEmpty();
            assertThat(world.members)
                    .allSatisfy(member -> assertThat(slotsOn(world, member)).isBetween(9L, 11L));
            run(world, Duration.ofMinutes(1));
            assertThat(world.life.store.map().copysets()).isEqualTo(before);
        });
    }

    @Test
    void shouldSayWhatIsMissingWhenTheDisksCannotHoldTheScheme() {
        World.forSeeds(1, simulation -> {
            var world = new FleetWorld(simulation, 4, RS);
            world.detach(world.members.getFirst());
            var wider = new Rebalance(
                    world.life.fleet,
                    () -> List.of(new Shape(4, 1, 10)),
                    world.life,
                    simulation.clock(),
                    simulation.random(),
                    FleetWorld.GRACE,
                    2);
            assertThat(wider.addCopysets()).singleElement().asString().contains("needs 4 disks; the fleet has 3");
        });
    }

    @Test
    void shouldGiveANewDiskItsShareAFewSlotsAtATime() {
        World.forSeeds(5, simulation -> {
            var world = new FleetWorld(simulation, 5, RS);
            for (int i = 0; i < 20; i++) {
                assertThat(world.life.put("key" + i, world.bytes(9_000))).isTrue();
            }
            var added = world.add();
            long most = 0;
            for (int i = 0; i < 120; i++) {
                run(world, Duration.ofSeconds(1));
                most = Math.max(
                        most,
                        world.life.store.map().copysets().stream()
                                .flatMap(copyset -> copyset.slots().stream())
                                .filter(Slot.Moving.class::isInstance)
                                .count());
            }
            assertThat(most).isLessThanOrEqualTo(2);
            assertThat(slotsOn(world, added)).isGreaterThanOrEqualTo(8);
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldChangeNothingWhenADiskIsMissingForAMoment() {
        World.forSeeds(5, simulation -> {
            var world = new FleetWorld(simulation, 6, RS);
            var before = world.life.store.map().copysets();
            world.detach(world.members.get(2));
            run(world, FleetWorld.GRACE.dividedBy(2));
            world.attach(world.members.get(2));
            run(world, Duration.ofMinutes(1));
            assertThat(world.life.store.map().copysets()).isEqualTo(before);
        });
    }
}
