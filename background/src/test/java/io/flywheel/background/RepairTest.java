package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Slot;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.objects.ObjectData;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Redundancy comes back by itself, and not before it should.
class RepairTest {
    private static final Scheme RS = new Scheme.Rs(2, 2);

    private interface Story {
        void in(FleetWorld world);
    }

    private static void forSeeds(int seeds, int disks, Scheme scheme, Story story) {
        World.forSeeds(seeds, simulation -> story.in(new FleetWorld(simulation, disks, scheme)));
    }

    private static void fill(FleetWorld world, int objects) {
        for (int i = 0; i < objects; i++) {
            assertThat(world.life.put("key" + i, world.bytes(9_000 + world.random(200_000))))
                    .isTrue();
        }
    }

    /// Lets the repair work for so long.
    private static void run(FleetWorld world, Duration time) {
        long end = world.simulation.clock().monotonicNanos() + time.toNanos();
        while (world.simulation.clock().monotonicNanos() < end) {
            var pause = switch (world.life.repair.step()) {
                case Worker.Step.Busy() -> Duration.ZERO;
                case Worker.Step.Throttled(var delay) -> delay;
                case Worker.Step.Idle() -> Duration.ofSeconds(1);
            };
            world.simulation.tasks().sleep(pause.plus(Duration.ofMillis(1)));
        }
    }

    private static long slotsOn(FleetWorld world, FleetWorld.Member member) {
        return world.life.store.map().copysets().stream()
                .filter(copyset -> copyset.names(member.id))
                .count();
    }

    @Test
    void shouldMakeShardsAnewElsewhereWhenADiskIsMissingForLongerThanTheGrace() {
        forSeeds(10, 6, RS, world -> {
            fill(world, 30);
            var lost = world.members.get(world.random(6));
            world.detach(lost);
            run(world, FleetWorld.GRACE.minusSeconds(2));
            assertThat(slotsOn(world, lost)).isPositive();
            run(world, Duration.ofMinutes(2));
            assertThat(slotsOn(world, lost)).isZero();
            assertThat(world.life.flaws()).isEmpty();
            assertThat(world.life.repair.progress().alarms()).isEmpty();
        });
    }

    @Test
    void shouldNotWaitForTheGraceWhenNoFurtherLossCouldBeBorne() {
        forSeeds(5, 8, RS, world -> {
            fill(world, 20);
            var copyset = world.life.store.map().copysets().getFirst();
            world.detach(world.member(copyset.slots().get(0).target()));
            world.detach(world.member(copyset.slots().get(1).target()));
            run(world, FleetWorld.GRACE.dividedBy(2));
            var now = world.life.store.map().copyset(copyset.id()).orElseThrow();
            assertThat(now.slots().subList(0, 2))
                    .allSatisfy(
                            slot -> assertThat(slot).isNotIn(copyset.slots()).isInstanceOf(Slot.Held.class));
        });
    }

    @Test
    void shouldEmptyADiskThatIsDrained() {
        forSeeds(5, 6, RS, world -> {
            fill(world, 20);
            var drained = world.members.get(1);
            world.life.apply(new FleetCommand.Drain(world.stamp(), drained.id, true));
            run(world, Duration.ofMinutes(1));
            assertThat(slotsOn(world, drained)).isZero();
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldBeginNothingWhenMoreDisksAreMissingThanCanBeBorne() {
        forSeeds(3, 6, RS, world -> {
            fill(world, 10);
            var before = world.life.store.map().copysets();
            for (int i = 0; i < 4; i++) {
                world.detach(world.members.get(i));
            }
            var hopeless = before.stream()
                    .filter(copyset -> copyset.slots().stream()
                                    .filter(slot -> !world.member(slot.target()).attached)
                                    .count()
                            > 2)
                    .toList();
            assertThat(hopeless).isNotEmpty();
            run(world, Duration.ofMinutes(2));
            assertThat(world.life.store.map().copysets()).containsAll(hopeless);
            for (int i = 0; i < 4; i++) {
                world.attach(world.members.get(i));
            }
            run(world, Duration.ofMinutes(2));
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldMendAShardInPlaceWhenAReadFindsItWrong() {
        forSeeds(5, 5, RS, world -> {
            fill(world, 10);
            var chosen = new TreeSet<BlockId>();
            for (var member : world.members) {
                member.shards().stream()
                        .filter(shard -> chosen.add(shard.block()))
                        .findFirst()
                        .ifPresent(member.store.rotten::add);
            }
            for (int i = 0; i < 10; i++) {
                world.life.get("key" + i);
            }
            int reported = world.life.reports.size();
            run(world, Duration.ofMinutes(1));
            assertThat(world.life.reports.size()).isZero();
            assertThat(world.members.stream()
                            .mapToInt(member -> member.store.rotten.size())
                            .sum())
                    .isLessThanOrEqualTo(5 - reported);
        });
    }

    @Test
    void shouldNotFinishAMoveWhileABlockOfTheEpochBeforeMayBeCommitted() {
        forSeeds(10, 5, RS, world -> {
            byte[] bytes = world.bytes(150_000);
            var content = world.life.write(bytes).orElseThrow();
            var block = ObjectData.blocksOf(content).getFirst();
            var copyset = world.life.store.map().copyset(block.copyset()).orElseThrow();
            var lost = world.member(copyset.slots().getFirst().target());
            world.detach(lost);
            run(world, Duration.ofMinutes(2));
            assertThat(world.life
                            .store
                            .map()
                            .copyset(block.copyset())
                            .orElseThrow()
                            .slots()
                            .getFirst())
                    .isInstanceOf(Slot.Moving.class);
            assertThat(world.life.commit("late", content, bytes.length)).isTrue();
            run(world, Duration.ofMinutes(1));
            assertThat(world.life.flaws()).isEmpty();
        });
    }
}
