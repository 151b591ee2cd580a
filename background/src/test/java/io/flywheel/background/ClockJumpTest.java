package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.objects.DataReader;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The time of day is set ten years forwards or back while the services run: nothing is deleted for it but what
/// is older than its owner allowed.
class ClockJumpTest {
    private static final List<Duration> JUMPS = List.of(Duration.ofDays(3650), Duration.ofDays(-3650));

    @Test
    void shouldDeleteNothingThatIsReadOrReferencedOrBeingWritten() {
        for (var jump : JUMPS) {
            World.forSeeds(3, simulation -> {
                var world = new World(simulation);
                world.put("key", (byte) 1);
                var read = world.data.lease();
                var found = (Lookup.Found) world.namespace.lookup("bucket", Bytes.utf8("key"), VersionSelector.CURRENT);
                world.put("key", (byte) 2);
                simulation.clock().jump(jump);
                assertThat(World.drain(world.reclaim())).isInstanceOf(Worker.Step.Throttled.class);
                assertThat(world.read(found.version().content())).isEqualTo(new DataReader.Step.End());
                read.close();
                World.drain(world.reclaim());
                world.write((byte) 3, World.OBJECT_BYTES);
                World.drain(world.audit());
                assertThat(world.blocksOnDisk())
                        .as("the second version, and what is being written")
                        .hasSize(2);

                var restarted = world.restart();
                assertThat(restarted.data.writeLease()).isGreaterThan(world.data.writeLease());
                World.drain(restarted.audit());
                assertThat(restarted.blocksOnDisk())
                        .isEqualTo(restarted.blocksReferenced())
                        .hasSize(1);
            });
        }
    }

    @Test
    void shouldReadEverythingInItsTimeWhenTheClockJumps() {
        for (var jump : JUMPS) {
            World.forSeeds(2, simulation -> {
                var world = new FleetWorld(simulation, 5, new Scheme.Rs(2, 2));
                for (int i = 0; i < 100; i++) {
                    assertThat(world.life.put("key" + i, world.bytes(9_000))).isTrue();
                }
                scrub(world, FleetWorld.SCRUB_PERIOD.dividedBy(4));
                long before = world.life.scrub.readBytes();
                simulation.clock().jump(jump);
                scrub(world, FleetWorld.SCRUB_PERIOD);
                assertThat(world.life.scrub.readBytes() - before).isGreaterThanOrEqualTo(3 * 95 * 9_000);
            });
        }
    }

    private static void scrub(FleetWorld world, Duration time) {
        long end = world.simulation.clock().monotonicNanos() + time.toNanos();
        while (world.simulation.clock().monotonicNanos() < end) {
            world.life.scrub.step();
            world.simulation.tasks().sleep(Duration.ofMillis(100));
        }
    }

    @Test
    void shouldKeepUploadsWhenTheClockIsSetBack() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            var expire =
                    new ExpireUploads(world.namespace, simulation.clock(), simulation.random(), Duration.ofDays(7));
            var upload = world.createUpload("key");
            world.putPart("key", upload, 1);
            simulation.clock().jump(Duration.ofDays(-3650));
            var later = world.createUpload("other");
            World.drain(expire);
            assertThat(world.namespace.upload(upload)).isPresent();
            simulation.clock().jump(Duration.ofDays(3650));
            World.drain(expire);
            assertThat(world.namespace.upload(upload)).isPresent();
            assertThat(world.namespace.upload(later))
                    .as("it began ten years ago, as far as anybody can tell")
                    .isEmpty();
        });
    }
}
