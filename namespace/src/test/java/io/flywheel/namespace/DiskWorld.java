package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.WholeFile;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.EmbeddedNamespace.Opened;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.keyvalue.MemoryHome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// The disks of a simulated server, each with its log, its tables and its copy of the fleet's map: what
/// outlives the process.
final class DiskWorld {
    static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 16 << 10, 512);
    static final EmbeddedNamespace.Options OPTIONS = new EmbeddedNamespace.Options(64, 3_000, 1, 1 << 20, 1);
    private static final UUID FLEET = new UUID(3, 4);

    final Simulation simulation;
    final SeededRandom random;
    final int copies;
    final List<SimulatedDisk> logs = new ArrayList<>();
    final List<MemoryHome> homes = new ArrayList<>();
    final List<SimulatedFile> files = new ArrayList<>();

    /// Disks of which every call takes long.
    final boolean[] slow;

    DiskWorld(long seed, int disks, int copies) {
        this.simulation = new Simulation(seed);
        // Not the stream of the simulation: request ids are drawn from both.
        this.random = new SeededRandom(~seed);
        this.copies = copies;
        this.slow = new boolean[disks];
        for (int i = 0; i < disks; i++) {
            logs.add(new SimulatedDisk(GEOMETRY, pause(i)));
            homes.add(new MemoryHome());
            files.add(new SimulatedFile());
        }
    }

    Runnable pause(int disk) {
        return () -> {
            if (slow[disk]) {
                simulation.tasks().sleep(Duration.ofMillis(400));
            } else {
                simulation.tasks().yieldNow();
            }
        };
    }

    static DiskId id(int disk) {
        return new DiskId(new UUID(7, disk));
    }

    static int number(DiskId disk) {
        return (int) disk.low();
    }

    NamespaceDisk disk(int number) {
        return new NamespaceDisk(id(number), logs.get(number), homes.get(number));
    }

    /// Everything that is not persistent on the disk may be lost.
    void powerOff(int number) {
        logs.set(number, logs.get(number).crash(random, pause(number)));
        homes.get(number).fail(false);
        slow[number] = false;
    }

    /// The disk comes back without its log.
    void loseLog(int number) {
        logs.set(number, new SimulatedDisk(GEOMETRY, pause(number)));
        homes.get(number).forget();
        homes.get(number).vacate();
    }

    /// The fleet's map, of which all copies are at hand.
    FleetStore fleet() {
        SortedMap<DiskId, WholeFile> all = new TreeMap<>();
        for (int i = 0; i < files.size(); i++) {
            all.put(id(i), files.get(i));
        }
        var options = new FleetStore.Options(FLEET, 3, false);
        return switch (FleetStore.open(options, all, simulation.tasks())) {
            case FleetStore.Opened.Ready(FleetStore store, var _) -> store;
            case FleetStore.Opened.Nothing() -> {
                List<FleetCommand.AddDisk> adds = new ArrayList<>();
                for (int i = 0; i < files.size(); i++) {
                    adds.add(new FleetCommand.AddDisk(stamp(), id(i), Domains.of("n" + i), 1 << 30, 1));
                }
                if (!(FleetStore.create(options, adds, all, simulation.tasks())
                        instanceof FleetStore.Opened.Ready(FleetStore store, var _))) {
                    throw new AssertionError("a new map is made");
                }
                yield store;
            }
            case FleetStore.Opened.Refused(String why) -> throw new AssertionError(why);
        };
    }

    Command.Stamp stamp() {
        return new Command.Stamp(random.nextLong() | 1, random.nextLong(), 1, LogHolders.OPERATOR);
    }

    Opened open(FleetStore fleet, List<Integer> present, boolean make, boolean minority) {
        SortedMap<DiskId, NamespaceDisk> disks = new TreeMap<>();
        present.forEach(number -> disks.put(id(number), disk(number)));
        return EmbeddedNamespace.open(
                disks,
                fleet,
                fleet.life(),
                new EmbeddedNamespace.Start(copies, make, minority),
                new EmbeddedNamespace.Surroundings(simulation.tasks(), simulation.clock(), simulation.random()),
                OPTIONS);
    }

    List<Integer> all() {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < logs.size(); i++) {
            all.add(i);
        }
        return all;
    }

    static EmbeddedNamespace ready(Opened opened) {
        return switch (opened) {
            case Opened.Ready(EmbeddedNamespace namespace) -> namespace;
            case Opened.Refused(String why) -> throw new AssertionError("refused: " + why);
        };
    }

    static String refused(Opened opened) {
        assertThat(opened).isInstanceOf(Opened.Refused.class);
        return opened instanceof Opened.Refused(String why) ? why : "";
    }
}
