package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.MemoryHome;
import io.flywheel.namespace.rocks.RocksHome;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random histories of commands on the model and on the embedded namespace: every outcome and every query
/// agree, also after a restart.
class RandomHistoriesTest {
    static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 1 << 20, 4096);

    @Test
    void shouldAnswerAsTheModelWhenTablesAreInMemory() {
        for (long seed = 1; seed <= 40; seed++) {
            Simulation simulation = new Simulation(seed);
            long use = seed;
            simulation.run(() -> history(use, 300, new MemoryHome(), simulation.tasks()));
        }
    }

    @Test
    void shouldAnswerAsTheModelWhenTablesAreInRocks(@TempDir Path folder) {
        for (long seed = 101; seed <= 103; seed++) {
            history(
                    seed,
                    400,
                    new RocksHome(folder.resolve("state-" + seed), folder.resolve("checkpoints-" + seed)),
                    new ThreadTasks());
        }
    }

    private static void history(long seed, int commands, Home home, Tasks tasks) {
        var random = new SeededRandom(seed);
        Histories histories = new Histories(random);
        SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
        ModelNamespace model = new ModelNamespace(tasks);
        Namespace embedded = open(disk, home, tasks, random);
        try {
            for (int i = 0; i < commands; i++) {
                Command command = histories.next(model.deletions(0, 5));
                Outcome outcome = model.apply(command);
                assertThat(embedded.apply(command))
                        .as("seed %s, command %s: %s", seed, i, command)
                        .isEqualTo(outcome);
                histories.happened(command, outcome);
                SameAnswers.some(histories, model, embedded);
                if (i % 50 == 0) {
                    SameAnswers.all(histories, model, embedded);
                }
                if (i % 140 == 139) {
                    embedded.close();
                    embedded = open(disk, home, tasks, random);
                    OneDisk.follow(model, embedded, histories, Optional.empty());
                }
            }
            SameAnswers.all(histories, model, embedded);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        } finally {
            embedded.close();
        }
    }

    static EmbeddedNamespace open(Disk disk, Home home, Tasks tasks, io.flywheel.base.Random random) {
        return switch (OneDisk.open(disk, home, tasks, random, EmbeddedNamespace.Options.DEFAULT, true)) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> namespace;
            case EmbeddedNamespace.Opened.Refused(String why) -> throw new AssertionError(why);
        };
    }
}
