package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.rocks.RocksHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One history, cut off before each change of the log's disk in turn, with the tables in a real RocksDB: it
/// loses what it had not flushed, and sometimes its folder.
///
/// `-Dcrash.step=1` is the long form; by default every seventh point is tried.
class CrashesWithRocksTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 32 << 10, 512);
    private static final EmbeddedNamespace.Options OPTIONS = new EmbeddedNamespace.Options(64, 3_000, 0, 1 << 20, 1);
    private static final int STEP = Integer.getInteger("crash.step", 7);
    private static final long SEED = Long.getLong("seed", 11);
    private static final int COMMANDS = 45;

    @Test
    void shouldKeepEveryAcknowledgedCommandWhereverThePowerFails(@TempDir Path folder) throws IOException {
        int crashes = 0;
        for (int point = 0; crashes * STEP == point; point += STEP) {
            try {
                crashes += crashedAt(Files.createDirectory(folder.resolve("at-" + point)), point) ? 1 : 0;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", point " + point + ": " + e.getMessage(), e);
            }
        }
        assertThat(crashes * STEP).as("points of the history").isGreaterThan(COMMANDS);
    }

    /// False when the history ended before the point.
    private static boolean crashedAt(Path folder, int point) {
        Simulation simulation = new Simulation(SEED);
        SeededRandom random = new SeededRandom(SEED);
        Histories histories = new Histories(new SeededRandom(SEED));
        ModelNamespace model = new ModelNamespace(simulation.tasks());
        KilledHome home = new KilledHome(folder);
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
        disk.faults().crashAfter(point);
        Optional<Command> unknown = simulation.run(() -> live(simulation, disk, home, model, histories));
        boolean crashed = disk.faults().stopped();
        home.kill(point);
        SimulatedDisk after = crashed ? disk.crash(random) : disk.restart();
        simulation.run(() -> {
            EmbeddedNamespace again = ready(simulation, after, home);
            OneDisk.follow(model, again, histories, unknown);
            SameAnswers.all(histories, model, again);
            for (int i = 0; i < 5; i++) {
                Command command = histories.next(model.deletions(0, 5));
                Outcome outcome = model.apply(command);
                assertThat(again.apply(command)).isEqualTo(outcome);
                histories.happened(command, outcome);
            }
            again.close();
        });
        simulation.run(() -> {
            EmbeddedNamespace again = ready(simulation, after, home);
            OneDisk.follow(model, again, histories, Optional.empty());
            SameAnswers.all(histories, model, again);
            again.close();
        });
        return crashed;
    }

    /// The command whose outcome is not known.
    private static Optional<Command> live(
            Simulation simulation, SimulatedDisk disk, Home home, Namespace model, Histories histories) {
        if (!(OneDisk.open(disk, home, simulation, OPTIONS, true)
                instanceof EmbeddedNamespace.Opened.Ready(EmbeddedNamespace embedded))) {
            return Optional.empty();
        }
        for (int i = 0; i < COMMANDS; i++) {
            Command command = histories.next(model.deletions(0, 5));
            Outcome outcome = embedded.apply(command);
            if (outcome.equals(Rules.refused(Outcome.Refusal.UNAVAILABLE))) {
                return Optional.of(command);
            }
            assertThat(outcome).isEqualTo(model.apply(command));
            histories.happened(command, outcome);
        }
        return Optional.empty();
    }

    private static EmbeddedNamespace ready(Simulation simulation, Disk disk, Home home) {
        return switch (OneDisk.open(disk, home, simulation, OPTIONS, true)) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> namespace;
            case EmbeddedNamespace.Opened.Refused(String why) -> throw new AssertionError(why);
        };
    }

    /// A RocksDB whose process is killed: what it had not written to its files is gone.
    private static final class KilledHome implements Home {
        private final Path state;
        private final Path checkpoints;
        private final Home home;
        private @Nullable KeyValues tables;

        KilledHome(Path folder) {
            this.state = folder.resolve("state");
            this.checkpoints = folder.resolve("checkpoints");
            this.home = new RocksHome(state, checkpoints);
        }

        @Override
        public Opened open() {
            return remembered(home.open());
        }

        @Override
        public Opened restore() {
            return remembered(home.restore());
        }

        @Override
        public Opened create() {
            return remembered(home.create());
        }

        @Override
        public OptionalLong checkpoint() {
            return home.checkpoint();
        }

        @Override
        public boolean adopt(Home from) {
            return home.adopt(from);
        }

        @Override
        public void vacate() {
            home.vacate();
        }

        private Opened remembered(Opened opened) {
            tables = opened instanceof Opened.Open(KeyValues open) ? open : null;
            return opened;
        }

        /// Sometimes the folder goes with the process, or a checkpoint and a restore were under way.
        void kill(int point) {
            KeyValues open = tables;
            if (open != null) {
                // There is no write-ahead log, and closing does not flush.
                open.close();
            }
            try {
                if (point % 3 == 1) {
                    deleteAll(state);
                }
                if (point % 2 == 1) {
                    Files.createDirectories(checkpoints.resolve("making"));
                    Files.writeString(checkpoints.resolve("making/000001.sst"), "half");
                    Path restoring = state.resolveSibling("state.restoring");
                    Files.createDirectories(restoring);
                    Files.writeString(restoring.resolve("CURRENT"), "half");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void deleteAll(Path folder) throws IOException {
            if (!Files.exists(folder)) {
                return;
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
