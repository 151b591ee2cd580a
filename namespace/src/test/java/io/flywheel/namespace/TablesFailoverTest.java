package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tables in a real RocksDB whose folder is removed while they serve.
class TablesFailoverTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 256 << 10, 4096);
    private static final EmbeddedNamespace.Options OPTIONS = new EmbeddedNamespace.Options(64, 100_000, 0, 1 << 16, 2);
    private static final int KEYS = 1500;

    @TempDir
    private Path folder = Path.of("");

    private final ThreadTasks tasks = new ThreadTasks();
    private final SeededRandom random = new SeededRandom(1);
    private final Commands commands = new Commands();

    @Test
    void shouldServeFromAnotherDiskWhenTheFolderOfTheTablesIsRemoved() throws IOException {
        FleetStore fleet = fleet();
        SortedMap<DiskId, NamespaceDisk> disks = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            Path disk = Files.createDirectory(folder.resolve("disk" + i));
            disks.put(id(i), new NamespaceDisk(id(i), new SimulatedDisk(GEOMETRY), disk));
        }
        var opened = EmbeddedNamespace.open(
                disks,
                fleet,
                fleet.life(),
                new EmbeddedNamespace.Start(3, true, false),
                new EmbeddedNamespace.Surroundings(tasks, new SystemClock(), random),
                OPTIONS);
        try (EmbeddedNamespace namespace = DiskWorld.ready(opened)) {
            namespace.apply(commands.createBucket("b"));
            for (int i = 0; i < KEYS; i++) {
                put(namespace, i);
            }
            for (int round = 0; round < 2; round++) {
                DiskId on = namespace.tablesOn();
                Path lost = folder.resolve("disk" + (int) on.low()).resolve("state");
                Files.move(lost, lost.resolveSibling("lost"));
                // What is flushed next has nowhere to go.
                for (int i = KEYS; namespace.tablesOn().equals(on); i++) {
                    put(namespace, i);
                }
                for (int i = 0; i < KEYS; i++) {
                    assertThat(namespace.lookup("b", Bytes.utf8("key-" + i), VersionSelector.CURRENT))
                            .as("key %s on %s", i, namespace.tablesOn())
                            .isInstanceOf(Lookup.Found.class);
                }
            }
        }
        fleet.close();
    }

    private void put(Namespace namespace, int key) {
        assertThat(namespace.apply(commands.put("b", "key-" + key, "x".repeat(500))))
                .as("put %s", key)
                .isInstanceOf(Outcome.ObjectPut.class);
    }

    private FleetStore fleet() {
        SortedMap<DiskId, WholeFile> files = new TreeMap<>();
        List<FleetCommand.AddDisk> adds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            files.put(id(i), new SimulatedFile());
            var stamp = new Command.Stamp(5, i + 1, 1, LogHolders.OPERATOR);
            adds.add(new FleetCommand.AddDisk(stamp, id(i), Domains.of("n" + i), 1 << 30, 1));
        }
        var options = new FleetStore.Options(new UUID(3, 4), 3, false);
        if (FleetStore.create(options, adds, files, tasks)
                instanceof FleetStore.Opened.Ready(FleetStore store, var _)) {
            return store;
        }
        throw new AssertionError("a new map is made");
    }

    private static DiskId id(int disk) {
        return new DiskId(new UUID(7, disk));
    }
}
