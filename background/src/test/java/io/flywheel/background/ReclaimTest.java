package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.objects.DataReader;
import io.flywheel.objects.ObjectData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReclaimTest {
    @Test
    void shouldRemoveWhatWasReplacedWhenNobodyReadsIt() {
        World.forSeeds(3, simulation -> {
            var world = new World(simulation);
            for (int i = 0; i < 300; i++) {
                world.put("key" + i % 10, (byte) i);
            }
            assertThat(world.blocksOnDisk()).hasSize(300);
            assertThat(World.drain(world.reclaim())).isEqualTo(new Worker.Step.Idle());
            assertThat(world.blocksOnDisk()).hasSize(10).isEqualTo(world.blocksReferenced());
            assertThat(world.namespace.deletions(0, 10)).isEmpty();
        });
    }

    @Test
    void shouldWaitWhenAReadBeganBeforeTheDeletion() {
        World.forSeeds(3, simulation -> {
            var world = new World(simulation);
            world.put("key", (byte) 1);
            var lease = world.data.lease();
            var found = (Lookup.Found) world.namespace.lookup("bucket", Bytes.utf8("key"), VersionSelector.CURRENT);
            world.put("key", (byte) 2);
            var reclaim = world.reclaim();
            assertThat(World.drain(reclaim)).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(world.read(found.version().content())).isEqualTo(new DataReader.Step.End());
            lease.close();
            assertThat(World.drain(reclaim)).isEqualTo(new Worker.Step.Idle());
            assertThat(world.read(found.version().content())).isInstanceOf(DataReader.Step.Unavailable.class);
        });
    }

    @Test
    void shouldRemoveEveryPartWhenAnUploadIsAborted() {
        World.forSeeds(2, simulation -> {
            var world = new World(simulation);
            var upload = world.createUpload("key");
            for (int number = 1; number <= 100; number++) {
                world.putPart("key", upload, number);
            }
            world.putPart("key", upload, 50);
            world.namespace.apply(new Command.AbortUpload(world.stamp(), "bucket", Bytes.utf8("key"), upload));
            assertThat(world.blocksOnDisk()).hasSize(101);
            assertThat(World.drain(world.reclaim())).isEqualTo(new Worker.Step.Idle());
            assertThat(world.blocksOnDisk()).isEmpty();
            assertThat(world.blocksReferenced()).isEmpty();
            assertThat(world.namespace.deletions(0, 10)).isEmpty();
        });
    }

    @Test
    void shouldFindOutWhatBecameOfCommitsThatWereNotAnswered() {
        World.forSeeds(3, simulation -> {
            var world = new World(simulation);
            world.put("key", (byte) 1);
            var content = world.write((byte) 2, World.OBJECT_BYTES);
            world.data.doubt(content);
            assertThat(world.blocksOnDisk()).hasSize(2);
            assertThat(World.drain(world.reclaim())).isEqualTo(new Worker.Step.Idle());
            assertThat(world.data.openBlocks(0)).doesNotContainAnyElementsOf(ObjectData.blocksOf(content));
            assertThat(world.blocksOnDisk()).hasSize(1).isEqualTo(world.blocksReferenced());
        });
    }

    @Test
    void shouldTryAgainLaterWhenTheDiskTakesNoDeletes() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            world.put("key", (byte) 1);
            world.put("key", (byte) 2);
            world.fence("a flush failed");
            assertThat(world.reclaim().step()).isInstanceOf(Worker.Step.Throttled.class);
            assertThat(world.namespace.deletions(0, 10)).hasSize(1);
        });
    }

    @Test
    void shouldNeverTakeBytesFromUnderAReaderWhenEverythingHappensAtOnce() {
        World.forSeeds(100, simulation -> {
            var world = new World(simulation);
            var tasks = simulation.tasks();
            var random = simulation.random();
            var driver = WorkerDriver.start(tasks, simulation.clock(), 1, List.of(world.reclaim()));
            var clients = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 4; i++) {
                clients.add(tasks.start("client", () -> {
                    for (int n = 0; n < 10; n++) {
                        String key = "key" + random.nextInt(2);
                        switch (random.nextInt(4)) {
                            case 0, 1 -> world.put(key, (byte) random.nextInt(100));
                            case 2 -> delete(world, key);
                            default -> readUnderLease(world, key);
                        }
                        tasks.sleep(Duration.ofMillis(random.nextInt(2_000)));
                    }
                }));
            }
            clients.forEach(Tasks.Task::join);
            tasks.sleep(Duration.ofMinutes(1));
            driver.close();
            assertThat(world.namespace.deletions(0, 10)).isEmpty();
            assertThat(world.blocksOnDisk()).isEqualTo(world.blocksReferenced());
        });
    }

    private static void delete(World world, String key) {
        world.namespace.apply(new Command.DeleteObject(
                world.stamp(), "bucket", Bytes.utf8(key), VersionSelector.CURRENT, 7, Condition.NONE));
    }

    private static void readUnderLease(World world, String key) {
        try (var _ = world.data.lease()) {
            var lookup = world.namespace.lookup("bucket", Bytes.utf8(key), VersionSelector.CURRENT);
            world.simulation
                    .tasks()
                    .sleep(Duration.ofMillis(world.simulation.random().nextInt(5_000)));
            if (lookup instanceof Lookup.Found(var version, var _)) {
                assertThat(world.read(version.content())).isEqualTo(new DataReader.Step.End());
            }
        }
    }
}
