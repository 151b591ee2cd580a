package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Everything is read in its time.
class ScrubTest {
    private static final Scheme RS = new Scheme.Rs(2, 2);

    private static FleetWorld filled(Simulation simulation, int objects) {
        var world = new FleetWorld(simulation, 6, RS);
        for (int i = 0; i < objects; i++) {
            assertThat(world.life.put("key" + i, world.bytes(9_000 + world.random(10_000))))
                    .isTrue();
        }
        return world;
    }

    private static void run(FleetWorld world, Duration time) {
        long end = world.simulation.clock().monotonicNanos() + time.toNanos();
        while (world.simulation.clock().monotonicNanos() < end) {
            world.life.scrub.step();
            world.simulation.tasks().sleep(Duration.ofMillis(100));
        }
    }

    private static long stored(FleetWorld world) {
        return world.members.stream()
                .flatMap(member -> member.shards().stream()
                        .map(shard -> member.store.length(shard).orElseThrow()))
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void shouldReadEverythingEvenlyOverThePeriod() {
        World.forSeeds(3, simulation -> {
            var world = filled(simulation, 200);
            long bytes = stored(world);
            run(world, FleetWorld.SCRUB_PERIOD.dividedBy(2));
            assertThat((double) world.life.scrub.readBytes() / bytes).isBetween(0.4, 0.7);
            assertThat(world.life.scrub.progress().left()).isPresent();
            run(world, FleetWorld.SCRUB_PERIOD.dividedBy(2));
            assertThat(world.life.scrub.readBytes()).isBetween(bytes * 95 / 100, bytes * 115 / 100);
        });
    }

    @Test
    void shouldReadEverythingAtOnceWhenAsked() {
        World.forSeeds(3, simulation -> {
            var world = filled(simulation, 100);
            var member = world.members.getFirst();
            var rotten = member.shards().getLast();
            var lost = member.shards().getFirst();
            member.store.rotten.add(rotten);
            member.store.inner.delete(lost).await();
            world.life.scrub.scrubNow();
            run(world, Duration.ofSeconds(10));
            assertThat(world.life.scrub.readBytes()).isGreaterThanOrEqualTo(stored(world) * 9 / 10);
            assertThat(world.life.scrub.wrongShards()).isEqualTo(2);
            assertThat(world.life.reports.size()).isEqualTo(2);
            long end = world.simulation.clock().monotonicNanos()
                    + Duration.ofSeconds(5).toNanos();
            while (world.simulation.clock().monotonicNanos() < end) {
                world.life.repair.step();
                world.simulation.tasks().sleep(Duration.ofMillis(50));
            }
            assertThat(world.life.flaws()).isEmpty();
        });
    }

    @Test
    void shouldGoOnWhereItWasWhenTheProcessStartsAnew() {
        World.forSeeds(3, simulation -> {
            var world = filled(simulation, 200);
            long bytes = stored(world);
            run(world, FleetWorld.SCRUB_PERIOD.dividedBy(2));
            world.restart();
            run(world, FleetWorld.SCRUB_PERIOD.dividedBy(2));
            // What was read since the place was last noted is read again.
            assertThat((double) world.life.scrub.readBytes() / bytes).isBetween(0.4, 0.75);
        });
    }

    @Test
    void shouldKeepToItsBudget() {
        World.forSeeds(2, simulation -> {
            var world = filled(simulation, 100);
            long perSecond = stored(world) / 60;
            var scrub = new Scrub(
                    world.life.fleet,
                    world.life.namespace,
                    world.life,
                    world.life.reports,
                    world.scrubbed,
                    world.life.background.reading(),
                    simulation.clock(),
                    new Scrub.Options(FleetWorld.SCRUB_PERIOD, perSecond, 1));
            scrub.scrubNow();
            long end =
                    simulation.clock().monotonicNanos() + Duration.ofSeconds(6).toNanos();
            while (simulation.clock().monotonicNanos() < end) {
                scrub.step();
                simulation.tasks().sleep(Duration.ofMillis(10));
            }
            // The disks' shares of what is read beside each other are not the same.
            assertThat(scrub.readBytes()).isBetween(perSecond * 6, perSecond * 6 * 8);
        });
    }

    @Test
    void shouldStartAnewWhenItsNoteIsDamaged() {
        var cursor = new ScrubCursor(17, new BlockId(3, 4, 5), 6, 7, true);
        byte[] bytes = cursor.encode();
        assertThat(bytes).hasSize(ScrubCursor.BYTES);
        assertThat(ScrubCursor.decode(bytes)).contains(cursor);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 4;
            assertThat(ScrubCursor.decode(damaged)).isEmpty();
        }
        assertThat(ScrubCursor.decode(new byte[3])).isEmpty();
    }
}
