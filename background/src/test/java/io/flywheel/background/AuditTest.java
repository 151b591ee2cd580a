package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.fleet.FleetCommand;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What nothing references goes, and only that.
class AuditTest {
    private static final Scheme RS = new Scheme.Rs(2, 2);
    private static final Duration GRACE = Duration.ofSeconds(30);

    private interface Story {
        void in(FleetWorld world);
    }

    private static void forSeeds(int seeds, Story story) {
        World.forSeeds(seeds, simulation -> story.in(new FleetWorld(simulation, 6, RS)));
    }

    private static Audit audit(FleetWorld world, int boundShards) {
        return new Audit(
                world.life.fleet,
                world.life.namespace,
                world.life.data,
                world.life,
                world.life.reports,
                world.simulation.clock(),
                new Audit.Options(GRACE, Duration.ofMinutes(10), boundShards));
    }

    private static void run(FleetWorld world, Worker worker, Duration time) {
        long end = world.simulation.clock().monotonicNanos() + time.toNanos();
        while (world.simulation.clock().monotonicNanos() < end) {
            worker.step();
            world.simulation.tasks().sleep(Duration.ofMillis(100));
        }
    }

    private static int shards(FleetWorld world) {
        return world.members.stream().mapToInt(member -> member.shards().size()).sum();
    }

    private static void write(FleetWorld world, int objects) {
        for (int i = 0; i < objects; i++) {
            assertThat(world.life.write(world.bytes(9_000))).isPresent();
        }
    }

    @Test
    void shouldRemoveWhatACrashLeftWhenTheGraceIsOver() {
        forSeeds(3, world -> {
            assertThat(world.life.put("key", world.bytes(200_000))).isTrue();
            int referenced = shards(world);
            write(world, 5);
            world.restart();
            var audit = audit(world, 100);
            run(world, audit, GRACE.minusSeconds(5));
            assertThat(shards(world)).isGreaterThan(referenced);
            run(world, audit, GRACE);
            assertThat(shards(world)).isEqualTo(referenced);
            assertThat(audit.alarm()).isEmpty();
        });
    }

    @Test
    void shouldGrantTheGraceAnewWhenTheProcessStartsAnew() {
        forSeeds(2, world -> {
            write(world, 5);
            world.restart();
            run(world, audit(world, 100), GRACE.minusSeconds(5));
            world.restart();
            run(world, audit(world, 100), GRACE.minusSeconds(5));
            assertThat(shards(world)).isPositive();
        });
    }

    @Test
    void shouldLeaveWhatMayYetBeCommittedAlone() {
        forSeeds(2, world -> {
            write(world, 5);
            var content = world.life.write(world.bytes(9_000)).orElseThrow();
            int written = shards(world);
            // None of it counts as more than there should be either.
            var audit = audit(world, 1);
            run(world, audit, GRACE.multipliedBy(3));
            assertThat(audit.alarm()).isEmpty();
            assertThat(shards(world)).isEqualTo(written);
            assertThat(world.life.commit("late", content, 9_000)).isTrue();
            run(world, audit, GRACE.multipliedBy(3));
            assertThat(shards(world)).isEqualTo(written);
        });
    }

    @Test
    void shouldRemoveWhatAnAbsentDiskHasOfAWriteThatWasGivenUp() {
        forSeeds(2, world -> {
            var content = world.life.write(world.bytes(9_000)).orElseThrow();
            var absent = world.members.stream()
                    .filter(member -> !member.shards().isEmpty())
                    .findFirst()
                    .orElseThrow();
            world.detach(absent);
            world.life.data.discard(content);
            world.simulation.tasks().sleep(Duration.ofSeconds(10));
            world.attach(absent);
            assertThat(absent.shards()).isNotEmpty();
            run(world, audit(world, 100), GRACE.multipliedBy(3));
            assertThat(shards(world)).isZero();
        });
    }

    @Test
    void shouldLeaveWhatIsQueuedForDeletionToTheQueue() {
        forSeeds(2, world -> {
            assertThat(world.life.put("key", world.bytes(9_000))).isTrue();
            world.life.delete("key");
            int queued = shards(world);
            world.restart();
            run(world, audit(world, 100), GRACE.multipliedBy(3));
            assertThat(shards(world)).isEqualTo(queued);
        });
    }

    @Test
    void shouldRemoveNothingAndSoundTheAlarmWhenTooMuchWouldGo() {
        forSeeds(2, world -> {
            write(world, 20);
            world.restart();
            int written = shards(world);
            var audit = audit(world, written / 2);
            run(world, audit, GRACE.multipliedBy(3));
            assertThat(audit.alarm())
                    .hasValueSatisfying(alarm -> assertThat(alarm).contains(written + " of " + written));
            assertThat(audit.progress().alarms()).hasSize(1);
            assertThat(shards(world)).isEqualTo(written);
        });
    }

    @Test
    void shouldSoundTheAlarmWhenTheNamespaceIsNotTheOneOfTheDisks() {
        forSeeds(1, world -> {
            for (int i = 0; i < 20; i++) {
                assertThat(world.life.put("key" + i, world.bytes(9_000))).isTrue();
            }
            int written = shards(world);
            world.restart();
            var other = new Audit(
                    world.life.fleet,
                    new ModelNamespace(world.simulation.tasks()),
                    world.life.data,
                    world.life,
                    world.life.reports,
                    world.simulation.clock(),
                    new Audit.Options(GRACE, Duration.ofMinutes(10), 10));
            run(world, other, GRACE.multipliedBy(3));
            assertThat(other.alarm()).isPresent();
            assertThat(shards(world)).isEqualTo(written);
        });
    }

    @Test
    void shouldRemoveWhatAMoveLeftBehindOnlyWhenTheOtherDiskHasIt() {
        forSeeds(3, world -> {
            for (int i = 0; i < 10; i++) {
                assertThat(world.life.put("key" + i, world.bytes(9_000))).isTrue();
            }
            int written = shards(world);
            var drained = world.members.getFirst();
            int left = drained.shards().size();
            world.life.apply(new FleetCommand.Drain(world.stamp(), drained.id, true));
            run(world, world.life.repair, Duration.ofSeconds(30));
            assertThat(shards(world)).isEqualTo(written + left);
            ShardId lost = drained.shards().getFirst();
            var holder = world.member(world.life
                    .store
                    .map()
                    .copyset(lost.block().copyset())
                    .orElseThrow()
                    .slots()
                    .get(lost.slot())
                    .target());
            holder.store.inner.delete(lost).await();
            run(world, audit(world, 100), GRACE.multipliedBy(3));
            assertThat(drained.shards()).containsExactly(lost);
        });
    }

    @Test
    void shouldHaveMadeAnewWhatADiskLacks() {
        forSeeds(3, world -> {
            for (int i = 0; i < 10; i++) {
                assertThat(world.life.put("key" + i, world.bytes(9_000))).isTrue();
            }
            var member = world.members.get(2);
            var lost = List.copyOf(member.shards());
            lost.forEach(shard -> member.store.inner.delete(shard).await());
            run(world, audit(world, 100), Duration.ofSeconds(10));
            assertThat(world.life.reports.size()).isEqualTo(lost.size());
            run(world, world.life.repair, Duration.ofSeconds(30));
            assertThat(member.shards()).isEqualTo(lost);
            assertThat(world.life.reports.size()).isZero();
        });
    }
}
