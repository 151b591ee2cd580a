package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.objects.DataReader;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Writers, readers and data services over the real engine on a simulated disk that loses what was not flushed.
class CrashTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 1 << 20, 4096);
    private static final int KEYS = 4;
    private static final int LIVES = 3;

    @Test
    void shouldReadEverythingThatWasCommittedWhenTheDiskLosesWhatWasNotFlushed() {
        for (long seed = 1; seed <= 60; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            var namespace = new ModelNamespace(tasks);
            var disk = new SimulatedDisk(GEOMETRY, tasks::yieldNow);
            for (int life = 0; life < LIVES; life++) {
                var present = disk;
                boolean isFirst = life == 0;
                var survived = simulation.runUntilCrash(() -> {
                    var world = new World(simulation, open(simulation, present, isFirst), namespace);
                    checkAll(world);
                    work(world);
                    tasks.sleep(Duration.ofMillis(simulation.random().nextInt(100)));
                    // Time passes only while every task waits; the crash is to come while some are at work.
                    for (int n = simulation.random().nextInt(200); n > 0; n--) {
                        tasks.yieldNow();
                    }
                    throw simulation.crash();
                });
                assertThat(survived).isEmpty();
                disk = disk.crash(simulation.random(), tasks::yieldNow);
            }
            var last = disk;
            simulation.run(() -> {
                var world = new World(simulation, open(simulation, last, false), namespace);
                checkAll(world);
                World.drain(world.audit());
                World.drain(world.reclaim());
                assertThat(world.blocksOnDisk()).isEqualTo(world.blocksReferenced());
                checkAll(world);
            });
        }
    }

    private static ShardStore open(Simulation simulation, SimulatedDisk disk, boolean createsBlank) {
        var options = Options.of(new UUID(1, 2), createsBlank, GEOMETRY);
        return ((Opened.Ok) DiskShardStore.open(disk, simulation.tasks(), options)).store();
    }

    private static void work(World world) {
        var tasks = world.simulation.tasks();
        var random = world.simulation.random();
        WorkerDriver.start(
                tasks,
                world.simulation.clock(),
                1,
                List.of(world.reclaim(), world.audit(), new Compact(world.store, world.simulation.clock(), 1 << 20)));
        for (int i = 0; i < 3; i++) {
            tasks.start("client", () -> {
                while (true) {
                    String key = "key" + random.nextInt(KEYS);
                    switch (random.nextInt(5)) {
                        case 0 ->
                            world.namespace.apply(new Command.DeleteObject(
                                    world.stamp(),
                                    "bucket",
                                    Bytes.utf8(key),
                                    VersionSelector.CURRENT,
                                    random.nextLong(),
                                    Condition.NONE));
                        case 1 -> world.write((byte) 1, World.OBJECT_BYTES);
                        default -> world.put(key, (byte) random.nextInt(100));
                    }
                    tasks.sleep(Duration.ofMillis(random.nextInt(4)));
                }
            });
        }
    }

    private static void checkAll(World world) {
        for (int i = 0; i < KEYS; i++) {
            var lookup = world.namespace.lookup("bucket", Bytes.utf8("key" + i), VersionSelector.CURRENT);
            if (lookup instanceof Lookup.Found(var version, var _)) {
                assertThat(world.read(version.content())).isEqualTo(new DataReader.Step.End());
            }
        }
    }
}
