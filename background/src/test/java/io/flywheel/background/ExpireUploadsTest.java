package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.namespace.UploadId;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ExpireUploadsTest {
    @Test
    void shouldAbortOnlyUploadsThatTookTooLong() {
        World.forSeeds(2, simulation -> {
            var world = new World(simulation);
            var expire =
                    new ExpireUploads(world.namespace, simulation.clock(), simulation.random(), Duration.ofDays(7));
            var old = new ArrayList<UploadId>();
            for (int i = 0; i < 40; i++) {
                old.add(world.createUpload("key" + i));
                world.putPart("key" + i, old.getLast(), 1);
            }
            simulation.tasks().sleep(Duration.ofDays(6));
            var young = world.createUpload("key0");
            world.putPart("key0", young, 1);
            assertThat(World.drain(expire)).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(world.namespace.upload(old.getFirst())).isPresent();

            simulation.tasks().sleep(Duration.ofDays(2));
            assertThat(World.drain(expire)).isInstanceOf(Worker.Step.Throttled.class);
            old.forEach(id -> assertThat(world.namespace.upload(id)).isEmpty());
            assertThat(world.namespace.upload(young)).isPresent();
            World.drain(world.reclaim());
            assertThat(world.blocksOnDisk()).hasSize(1);
        });
    }
}
