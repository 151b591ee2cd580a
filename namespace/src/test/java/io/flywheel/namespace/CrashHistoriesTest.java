package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.MemoryHome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Histories that are cut off by a loss of power at any change of the disk: the write that was under way is
/// torn, the tables fall back to their last checkpoint. What was acknowledged is there after the restart, and
/// nothing is half.
class CrashHistoriesTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 64 << 10, 512);
    private static final EmbeddedNamespace.Options OPTIONS = new EmbeddedNamespace.Options(64, 20_000, 0, 1 << 20, 1);

    @Test
    void shouldKeepEveryAcknowledgedCommandWhenThePowerFails() {
        for (long seed = 1; seed <= 60; seed++) {
            try {
                crashes(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void crashes(long seed) {
        Simulation simulation = new Simulation(seed);
        SeededRandom random = new SeededRandom(seed);
        Histories histories = new Histories(random);
        ModelNamespace model = new ModelNamespace(simulation.tasks());
        MemoryHome home = new MemoryHome();
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
        Optional<Command> unknown = Optional.empty();
        for (int life = 0; life < 6; life++) {
            SimulatedDisk present = disk;
            Optional<Command> lastOfBefore = unknown;
            unknown = simulation.run(() -> live(simulation, present, home, model, histories, random, lastOfBefore));
            disk = disk.crash(random);
            if (random.nextInt(3) == 0) {
                home.lose();
            }
        }
    }

    /// Applies commands until the power fails; returns the one whose outcome is not known.
    private static Optional<Command> live(
            Simulation simulation,
            SimulatedDisk disk,
            MemoryHome home,
            ModelNamespace model,
            Histories histories,
            SeededRandom random,
            Optional<Command> unknown) {
        EmbeddedNamespace embedded = open(simulation, disk, home);
        OneDisk.follow(model, embedded, histories, unknown);
        SameAnswers.all(histories, model, embedded);
        disk.faults().crashAfter(random.nextInt(120));
        while (true) {
            Command command = histories.next(model.deletions(0, 5));
            Outcome outcome = embedded.apply(command);
            if (outcome.equals(Rules.refused(Outcome.Refusal.UNAVAILABLE))) {
                return Optional.of(command);
            }
            assertThat(outcome).isEqualTo(model.apply(command));
            histories.happened(command, outcome);
        }
    }

    @Test
    void shouldKeepWhatConcurrentCallersWereToldWhenThePowerFails() {
        for (long seed = 1; seed <= 40; seed++) {
            assertThat(lostOfConcurrentCallers(seed, false)).as("seed %s", seed).isEmpty();
        }
    }

    /// The tests above fail when the flush is taken out: they notice a disk that only says that it flushes.
    @Test
    void shouldNoticeWhenNothingIsFlushed() {
        int noticed = 0;
        for (long seed = 1; seed <= 10; seed++) {
            noticed += lostOfConcurrentCallers(seed, true).isEmpty() ? 0 : 1;
        }
        assertThat(noticed).isEqualTo(10);
    }

    private static List<String> lostOfConcurrentCallers(long seed, boolean lyingDisk) {
        Simulation simulation = new Simulation(seed);
        SeededRandom random = new SeededRandom(seed);
        MemoryHome home = new MemoryHome();
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY, simulation.tasks()::yieldNow);
        List<String> acknowledged = new ArrayList<>();
        simulation.run(() -> {
            Commands commands = new Commands();
            EmbeddedNamespace embedded = open(simulation, disk, home);
            assertThat(embedded.apply(commands.createBucket("b"))).isEqualTo(new Outcome.Done());
            if (lyingDisk) {
                disk.faults().ignoreFlush();
            }
            disk.faults().crashAfter(20 + random.nextInt(100));
            var callers = new ArrayList<io.flywheel.base.Tasks.Task>();
            for (int caller = 0; caller < 6; caller++) {
                String name = "caller-" + caller + "/";
                callers.add(simulation.tasks().start(name, () -> {
                    for (int i = 0; ; i++) {
                        if (embedded.apply(commands.put("b", name + i, "x".repeat(i * 37 % 900)))
                                instanceof Outcome.Refused) {
                            return;
                        }
                        acknowledged.add(name + i);
                    }
                }));
            }
            callers.forEach(io.flywheel.base.Tasks.Task::join);
        });
        SimulatedDisk after = lyingDisk ? disk.crashDroppingUnflushed() : disk.crash(random);
        if (lyingDisk) {
            home.lose();
        }
        return simulation.run(() -> {
            List<String> lost = new ArrayList<>(acknowledged);
            if (OneDisk.open(after, home, simulation, OPTIONS, true)
                    instanceof EmbeddedNamespace.Opened.Ready(var reopened)) {
                lost.removeIf(
                        key -> reopened.lookup("b", Bytes.utf8(key), VersionSelector.CURRENT) instanceof Lookup.Found);
            }
            return lost;
        });
    }

    @Test
    void shouldRefuseWhenTheMiddleOfTheLogIsDamaged() {
        Simulation simulation = new Simulation(5);
        MemoryHome home = new MemoryHome();
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
        simulation.run(() -> {
            Commands commands = new Commands();
            EmbeddedNamespace embedded = open(simulation, disk, home);
            embedded.apply(commands.createBucket("b"));
            for (int i = 0; i < 10; i++) {
                embedded.apply(commands.put("b", "key-" + i, "body"));
            }
        });
        SimulatedDisk after = disk.restart();
        after.flipBit(0, 5 * 512 + 60, 3);
        home.forget();
        simulation.run(() -> assertThat(OneDisk.open(after, home, simulation, OPTIONS, true))
                .isInstanceOfSatisfying(
                        EmbeddedNamespace.Opened.Refused.class,
                        refused -> assertThat(refused.why()).contains("at position 5 is damaged")));
    }

    @Test
    void shouldTakeDeletesOnlyWhenTheDiskIsFull() {
        Simulation simulation = new Simulation(6);
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
        disk.faults().budgetBytes(3L * GEOMETRY.extentBytes());
        simulation.run(() -> {
            Commands commands = new Commands();
            EmbeddedNamespace embedded = switch (OneDisk.open(
                    disk,
                    new MemoryHome(),
                    simulation,
                    new EmbeddedNamespace.Options(64, 20_000, 1, 1 << 20, 1),
                    true)) {
                case EmbeddedNamespace.Opened.Ready(var namespace) -> namespace;
                case EmbeddedNamespace.Opened.Refused(String why) -> throw new AssertionError(why);
            };
            embedded.apply(commands.createBucket("b"));
            Outcome outcome = embedded.apply(commands.put("b", "kept", "body"));
            for (int i = 0; outcome instanceof Outcome.ObjectPut && i < 1000; i++) {
                outcome = embedded.apply(commands.put("b", "key-" + i, "x".repeat(1000)));
            }
            assertThat(outcome).isEqualTo(Rules.refused(Outcome.Refusal.FULL));
            assertThat(embedded.apply(commands.delete("b", "kept"))).isInstanceOf(Outcome.ObjectDeleted.class);
            assertThat(embedded.lookup("b", Bytes.utf8("key-0"), VersionSelector.CURRENT))
                    .isInstanceOf(Lookup.Found.class);
            embedded.close();
        });
    }

    private static EmbeddedNamespace open(Simulation simulation, Disk disk, MemoryHome home) {
        return switch (OneDisk.open(disk, home, simulation, OPTIONS, true)) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> namespace;
            case EmbeddedNamespace.Opened.Refused(String why) -> throw new AssertionError(why);
        };
    }
}
