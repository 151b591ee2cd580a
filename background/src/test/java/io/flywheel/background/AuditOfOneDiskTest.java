package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.namespace.ModelNamespace;
import org.junit.jupiter.api.Test;

class AuditOfOneDiskTest {
    @Test
    void shouldRemoveWhatACrashLeftWhenItIsAllThereIs() {
        World.forSeeds(2, simulation -> {
            var world = new World(simulation);
            for (int i = 0; i < 20; i++) {
                world.write((byte) i, World.OBJECT_BYTES);
            }
            var restarted = world.restart();
            assertThat(World.drain(restarted.audit())).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(restarted.blocksOnDisk()).isEmpty();
        });
    }

    @Test
    void shouldRemoveOnlyOrphansWhenTheyLieAmongReferencedBlocks() {
        World.forSeeds(2, simulation -> {
            var world = new World(simulation);
            var upload = world.createUpload("upload");
            for (int i = 0; i < 1_500; i++) {
                switch (simulation.random().nextInt(20)) {
                    case 0 -> world.write((byte) i, World.OBJECT_BYTES);
                    case 1 -> world.putPart("upload", upload, 1 + i);
                    default -> world.put("key" + i, (byte) i);
                }
            }
            int before = world.blocksOnDisk().size();
            var restarted = world.restart();
            restarted.write((byte) 0, World.OBJECT_BYTES);
            var own = restarted.blocksOnDisk().getLast();
            World.drain(restarted.audit(0));
            assertThat(restarted.blocksOnDisk()).endsWith(own).containsAll(restarted.blocksReferenced());
            assertThat(restarted.blocksOnDisk())
                    .hasSize(restarted.blocksReferenced().size() + 1)
                    .hasSizeLessThan(before);
        });
    }

    @Test
    void shouldLeaveWhatIsQueuedForDeletionToTheQueue() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            world.put("key", (byte) 1);
            world.put("key", (byte) 2);
            var restarted = world.restart();
            World.drain(restarted.audit(10));
            assertThat(restarted.blocksOnDisk()).hasSize(2);
            World.drain(restarted.reclaim());
            assertThat(restarted.blocksOnDisk()).hasSize(1);
        });
    }

    @Test
    void shouldRemoveNothingAndSoundTheAlarmWhenTooMuchWouldGo() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            for (int i = 0; i < 600; i++) {
                world.put("key" + i, (byte) i);
            }
            // A namespace that knows of leases but of no objects: not the one that belongs to the disk.
            var emptied = new ModelNamespace(simulation.tasks());
            while (emptied.position() < world.namespace.position()) {
                new World(simulation, new io.flywheel.shardstore.ModelShardStore(), emptied);
            }
            var wrong = new World(simulation, world.store, emptied);
            var audit = wrong.audit(100);
            assertThat(World.drain(audit)).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(audit.alarm())
                    .hasValueSatisfying(alarm -> assertThat(alarm).contains("600 of 600"));
            assertThat(wrong.blocksOnDisk()).hasSize(600);
        });
    }

    @Test
    void shouldGoOnLaterWhenTheDiskTakesNoDeletes() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            world.write((byte) 1, World.OBJECT_BYTES);
            var restarted = world.restart();
            var audit = restarted.audit(10);
            restarted.fence("a flush failed");
            assertThat(World.drain(audit)).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(audit.alarm()).isEmpty();
            assertThat(audit.removedShards()).isZero();
            assertThat(restarted.blocksOnDisk()).hasSize(1);
        });
    }
}
