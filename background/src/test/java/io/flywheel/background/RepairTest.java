package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Copyset;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.Written;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
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

    private static long slotsOn(FleetWorld world, Member member) {
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
    void shouldNotWaitForTheGraceOfADiskThatAnOperatorGaveUp() {
        forSeeds(5, 6, RS, world -> {
            fill(world, 20);
            var lost = world.members.get(world.random(6));
            world.detach(lost);
            world.life.apply(new FleetCommand.Drain(world.stamp(), lost.id, true));
            run(world, FleetWorld.GRACE.dividedBy(2));
            assertThat(slotsOn(world, lost)).isZero();
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

    private static Repair repair(FleetWorld world, Repair.Options options) {
        var life = world.life;
        return new Repair(
                life.fleet,
                life.namespace,
                life.data,
                life.background,
                life,
                life.reports,
                world.simulation.random(),
                options);
    }

    private static int left(FleetWorld world, Copyset copyset) {
        return copyset.parity()
                - (int) copyset.slots().stream()
                        .filter(slot -> !world.member(slot.target()).attached)
                        .count();
    }

    @Test
    void shouldBeginWithTheLeastRedundancyThatIsLeft() {
        forSeeds(5, 8, RS, world -> {
            fill(world, 20);
            world.detach(world.members.get(0));
            world.detach(world.members.get(1));
            var repair = repair(world, new Repair.Options(Duration.ZERO, 1L << 30, 1, 1));
            var before = world.life.store.map().copysets();
            var order = new ArrayList<Integer>();
            for (int i = 0; i < 3_000; i++) {
                repair.step();
                for (var copyset : world.life.store.map().copysets()) {
                    var then = before.get(copyset.id());
                    if (copyset.epoch() == then.epoch() + 1
                            && copyset.slots().stream().anyMatch(Slot.Moving.class::isInstance)) {
                        order.add(left(world, then));
                    }
                }
                before = world.life.store.map().copysets();
                world.simulation.tasks().sleep(Duration.ofMillis(20));
            }
            assertThat(order).contains(0, 1).isSorted();
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldMendTheBlockFirstThatCanLoseLeast() {
        forSeeds(5, 4, RS, world -> {
            fill(world, 10);
            var blocks = world.life.referenced().stream()
                    .filter(ref -> Integer.bitCount(ref.slots()) == 4)
                    .map(BlockRef::id)
                    .sorted()
                    .toList();
            for (int i = 0; i < blocks.size(); i++) {
                // Of the last block two shards are wrong, of the others one.
                for (int slot = 0; slot < (i == blocks.size() - 1 ? 2 : 1); slot++) {
                    var copyset = world.life
                            .store
                            .map()
                            .copyset(blocks.get(i).copyset())
                            .orElseThrow();
                    var member = world.member(copyset.slots().get(slot).target());
                    member.store.rotten.add(new ShardId(blocks.get(i), slot));
                    world.life.reports.report(new ShardId(blocks.get(i), slot), member.id, "is rotten");
                }
            }
            world.life.repair.step();
            assertThat(world.life.reports.waiting().stream()
                            .filter(report -> report.shard().block().equals(blocks.getLast())))
                    .hasSize(1);
            run(world, Duration.ofMinutes(1));
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldKeepToItsBudgetAndToLessWhereOthersUseTheDisk() {
        forSeeds(2, 6, RS, world -> {
            fill(world, 40);
            var drained = world.members.getFirst();
            long bytes = drained.shards().stream()
                    .mapToLong(shard -> drained.store.length(shard).orElseThrow())
                    .sum();
            world.life.apply(new FleetCommand.Drain(world.stamp(), drained.id, true));
            long perSecond = bytes / 20;
            var repair = repair(world, new Repair.Options(FleetWorld.GRACE, perSecond, 4, 8));
            long began = world.simulation.clock().monotonicNanos();
            while (slotsOn(world, drained) > 0) {
                repair.step();
                world.simulation.tasks().sleep(Duration.ofMillis(5));
            }
            // Each of the five others gets its part, beside each other.
            assertThat(Duration.ofNanos(world.simulation.clock().monotonicNanos() - began))
                    .isGreaterThan(Duration.ofSeconds(4));
        });
    }

    @Test
    void shouldRefuseWhatWasPlacedUnderTheEpochBefore() {
        forSeeds(30, 6, RS, world -> {
            byte[] bytes = world.bytes(700_000);
            var began = world.simulation.tasks().<Boolean>promise();
            var moved = world.simulation.tasks().<Boolean>promise();
            var written = world.simulation.tasks().<Optional<Content>>promise();
            world.simulation.tasks().start("slow client", () -> {
                try (var writer = world.life.data.writer("STANDARD", bytes.length)) {
                    // The disks are chosen with the first bytes, and written to when a stripe is there.
                    writer.append(ByteBuffer.wrap(bytes, 0, 200_000));
                    began.complete(true);
                    moved.await();
                    writer.append(ByteBuffer.wrap(bytes, 200_000, bytes.length - 200_000));
                    written.complete(
                            writer.finish() instanceof Written.Stored(var content, var _)
                                    ? Optional.of(content)
                                    : Optional.empty());
                }
            });
            began.await();
            for (var member : world.members.subList(0, 2)) {
                world.life.apply(new FleetCommand.Drain(world.stamp(), member.id, true));
            }
            run(world, Duration.ofMinutes(1));
            moved.complete(true);
            var content = written.await().orElseThrow();
            assertThat(world.life.commit("slow", content, bytes.length)).isTrue();
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldGoOnAfterAStartInTheMiddleOfAMove() {
        forSeeds(10, 6, RS, world -> {
            fill(world, 20);
            var drained = world.members.getFirst();
            world.life.apply(new FleetCommand.Drain(world.stamp(), drained.id, true));
            for (int steps = world.random(40); steps > 0; steps--) {
                world.life.repair.step();
                world.simulation.tasks().sleep(Duration.ofMillis(5));
            }
            world.restart();
            run(world, Duration.ofMinutes(1));
            assertThat(slotsOn(world, drained)).isZero();
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldGoElsewhereOrBackWhenTheDiskThatASlotMovesToIsLost() {
        forSeeds(20, 6, RS, world -> {
            fill(world, 20);
            world.life.apply(new FleetCommand.Drain(world.stamp(), world.members.getFirst().id, true));
            var repair = repair(world, new Repair.Options(FleetWorld.GRACE, 10_000, 1, 8));
            Optional<Slot.Moving> moving = Optional.empty();
            while (moving.isEmpty()) {
                repair.step();
                moving = world.life.store.map().copysets().stream()
                        .flatMap(copyset -> copyset.slots().stream())
                        .filter(Slot.Moving.class::isInstance)
                        .map(Slot.Moving.class::cast)
                        .findFirst();
            }
            world.detach(world.member(moving.get().to()));
            if (world.random(2) == 0) {
                world.life.apply(new FleetCommand.Drain(world.stamp(), world.members.getFirst().id, false));
            }
            run(world, Duration.ofMinutes(3));
            assertThat(world.life.flaws()).isEmpty();
        });
    }
}
