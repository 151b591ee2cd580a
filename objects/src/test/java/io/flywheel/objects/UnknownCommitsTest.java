package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.EmbeddedNamespace;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.NamespaceDisk;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.namespace.keyvalue.MemoryHome;
import io.flywheel.shardstore.ModelShardStore;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Commits to a namespace on a disk that fails, which therefore does not say what becomes of them.
class UnknownCommitsTest {
    private static final Duration UNTIL_IT_ANSWERS = Duration.ofSeconds(20);

    private final SimulatedDisk log = new SimulatedDisk(new Disk.Geometry(8, 64 << 10, 512));

    @Test
    void shouldKeepWhatTurnsOutToBeCommitted() {
        play(world -> {
            Content content = world.store(world.randomBytes(100_000));
            log.faults().failNextWrite();
            assertUnavailable(world.commit("key", content, 100_000));
            world.data.doubt(content);
            world.data.settleUnknown();
            assertThat(world.data.openBlocks(0)).as("nobody knows yet").isEqualTo(ObjectData.blocksOf(content));

            world.simulation.tasks().sleep(UNTIL_IT_ANSWERS);
            world.data.settleUnknown();
            assertThat(world.data.openBlocks(0)).isEmpty();
            assertThat(world.namespace.lookup("bucket", Bytes.utf8("key"), VersionSelector.CURRENT))
                    .isInstanceOf(Lookup.Found.class);
            assertThat(world.read(content, 0, 100_000).end()).isInstanceOf(DataReader.Step.End.class);
        });
    }

    @Test
    void shouldRemoveWhatTurnsOutNeverToBeCommitted() {
        play(world -> {
            Content first = world.store(world.randomBytes(20_000));
            Content second = world.store(world.randomBytes(20_000));
            log.faults().failNextWrite();
            assertUnavailable(world.commit("first", first, 20_000));
            assertUnavailable(world.commit("second", second, 20_000));
            world.data.doubt(first);
            world.data.doubt(second);

            world.simulation.tasks().sleep(UNTIL_IT_ANSWERS);
            world.data.settleUnknown();
            assertThat(world.data.openBlocks(0)).isEmpty();
            assertThat(world.shards())
                    .extracting(shard -> shard.block())
                    .as("the second was never sent")
                    .isEqualTo(ObjectData.blocksOf(first));
        });
    }

    private interface Story {
        void in(World world);
    }

    private void play(Story story) {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var disk = new NamespaceDisk(new DiskId(new UUID(1, 2)), log, new MemoryHome());
            var around =
                    new EmbeddedNamespace.Surroundings(simulation.tasks(), simulation.clock(), simulation.random());
            var options = new EmbeddedNamespace.Options(64, 100_000, 0, 1 << 16, 1);
            if (EmbeddedNamespace.open(disk, true, around, options) instanceof EmbeddedNamespace.Opened.Ready opened) {
                try (var namespace = opened.namespace()) {
                    story.in(new World(simulation, new ModelShardStore(), namespace));
                }
                return true;
            }
            throw new AssertionError("a new namespace opens");
        });
    }

    private static void assertUnavailable(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused) outcome).refusal()).isEqualTo(Outcome.Refusal.UNAVAILABLE);
    }
}
