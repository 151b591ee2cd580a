package io.flywheel.namespace.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.base.simulated.SimulatedFile.Fault;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetStore.Opened;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Crashes, failing and missing disks, while disks join and leave: what was acknowledged is there after every
/// start, and what was not is there whole or not at all. Each history replays from its seed.
class FleetCrashesTest {
    private static final UUID FLEET = new UUID(3, 4);
    private static final AccountId OPERATOR = new AccountId("0".repeat(64));
    private static final long SEEDS = Long.getLong("fleet.seeds", 400);
    private static final int DISKS = 6;

    /// What outlives the process.
    private static final class World {
        final SeededRandom random;
        final SortedMap<DiskId, SimulatedFile> files = new TreeMap<>();
        final Set<Long> acknowledged = new HashSet<>();
        final Set<Long> unknown = new HashSet<>();
        final int copies;
        long leases;
        long requests;
        int starts;
        int refused;

        World(long seed) {
            random = new SeededRandom(seed);
            copies = 2 + (int) (seed % 4);
            for (int i = 0; i < DISKS; i++) {
                files.put(disk(i), new SimulatedFile());
            }
        }

        Stamp stamp() {
            return new Stamp(2, ++requests, requests, OPERATOR);
        }

        FleetCommand.AddDisk add(int number) {
            return new FleetCommand.AddDisk(stamp(), disk(number), Domains.of("n" + number), 1 << 30, 1);
        }

        /// Each disk fails, one in three, or works.
        void weather() {
            files.values()
                    .forEach(file -> file.set(
                            switch (random.nextInt(9)) {
                                case 0 -> Fault.FAILS;
                                case 1 -> Fault.WRITES_FAIL;
                                case 2 -> Fault.FAILS_AFTERWARDS;
                                default -> Fault.NONE;
                            }));
        }

        void clear() {
            files.values().forEach(file -> file.set(Fault.NONE));
        }

        /// Half of the disks, or all.
        SortedMap<DiskId, WholeFile> attached() {
            SortedMap<DiskId, WholeFile> some = new TreeMap<>();
            boolean all = random.nextInt(3) == 0;
            files.forEach((disk, file) -> {
                if (all || random.nextInt(2) > 0) {
                    some.put(disk, file);
                }
            });
            return some;
        }
    }

    private static DiskId disk(int number) {
        return new DiskId(new UUID(1, number));
    }

    @Test
    void shouldKeepWhatItAcknowledged() {
        int starts = 0;
        int refused = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = new World(seed);
            Simulation simulation = new Simulation(seed);
            try {
                simulation.run(() -> create(world, simulation.tasks()));
                for (int life = 0; life < 25; life++) {
                    simulation.runUntilCrash(() -> {
                        live(world, simulation);
                        return true;
                    });
                }
                world.clear();
                simulation.run(() -> {
                    SortedMap<DiskId, WholeFile> all = new TreeMap<>(world.files);
                    FleetStore store = open(world, all, simulation.tasks());
                    assertThat(store).as("all disks are here and well").isNotNull();
                });
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            starts += world.starts;
            refused += world.refused;
        }
        assertThat(starts - refused)
                .as("starts, beside %s that were refused", refused)
                .isGreaterThan(1000);
        assertThat(refused).isPositive();
    }

    private static void create(World world, Tasks tasks) {
        SortedMap<DiskId, WholeFile> first = new TreeMap<>();
        first.put(disk(0), world.files.getOrDefault(disk(0), new SimulatedFile()));
        switch (FleetStore.create(options(world), List.of(world.add(0)), first, tasks)) {
            case Opened.Ready(FleetStore store, var _) -> store.close();
            case Opened.Nothing() -> throw new AssertionError("nothing made");
            case Opened.Refused(String why) -> throw new AssertionError(why);
        }
    }

    private static FleetStore.Options options(World world) {
        return new FleetStore.Options(FLEET, world.copies, false);
    }

    private static FleetStore open(World world, SortedMap<DiskId, WholeFile> files, Tasks tasks) {
        world.starts++;
        return switch (FleetStore.open(options(world), files, tasks)) {
            case Opened.Ready(FleetStore store, var _) -> {
                check(world, store.map());
                yield store;
            }
            case Opened.Nothing() -> refused(world);
            case Opened.Refused _ -> refused(world);
        };
    }

    @SuppressWarnings("NullAway") // none is what a refused start gives
    private static FleetStore refused(World world) {
        world.refused++;
        return null;
    }

    /// Every acknowledged request is remembered, and nothing that was never asked for.
    private static void check(World world, FleetMap map) {
        Set<Long> done = new HashSet<>();
        map.answers().forEach(answer -> done.add(answer.requestLow()));
        assertThat(done).containsAll(world.acknowledged);
        Set<Long> surplus = new HashSet<>(done);
        surplus.removeAll(world.acknowledged);
        surplus.remove(1L);
        assertThat(world.unknown).containsAll(surplus);
        assertThat(map.lastLease()).isGreaterThanOrEqualTo(world.leases);
    }

    private static void live(World world, Simulation simulation) {
        if (world.random.nextInt(3) == 0) {
            world.weather();
        } else {
            world.clear();
        }
        SortedMap<DiskId, WholeFile> attached = world.attached();
        FleetStore store = open(world, attached, simulation.tasks());
        if (store == null) {
            return;
        }
        if (world.random.nextInt(2) == 0) {
            int after = world.random.nextInt(60);
            simulation.tasks().start("crash", () -> {
                for (int i = 0; i < after; i++) {
                    simulation.tasks().yieldNow();
                }
                throw simulation.crash();
            });
        }
        for (int i = world.random.nextInt(12); i > 0; i--) {
            if (world.random.nextInt(4) == 0) {
                world.weather();
            }
            step(world, store);
        }
        store.close();
    }

    private static void step(World world, FleetStore store) {
        List<DiskId> holders = store.holders();
        FleetCommand command = switch (world.random.nextInt(6)) {
            case 0 -> world.add(world.random.nextInt(DISKS));
            case 1, 2 ->
                // The map goes elsewhere.
                new FleetCommand.MarkAbsent(world.stamp(), holders.get(world.random.nextInt(holders.size())));
            case 3, 4 -> new FleetCommand.MarkPresent(world.stamp(), disk(world.random.nextInt(DISKS)));
            default -> new FleetCommand.OpenLease(world.stamp(), "server", 0);
        };
        long request = command.stamp().requestLow();
        world.unknown.add(request);
        switch (store.apply(command)) {
            case FleetOutcome.Done() -> world.acknowledged.add(request);
            case FleetOutcome.SlotChanged _ -> throw new AssertionError("no slots here");
            case FleetOutcome.LeaseOpened(long lease) -> {
                assertThat(lease).as("never given twice").isGreaterThan(world.leases);
                world.leases = lease;
                world.acknowledged.add(request);
            }
            case FleetOutcome.Refused _ -> {}
        }
        List<FleetMap.Answer> answers = new ArrayList<>(store.map().answers());
        assertThat(answers.stream().map(FleetMap.Answer::requestLow).toList()).containsAll(world.acknowledged);
    }
}
