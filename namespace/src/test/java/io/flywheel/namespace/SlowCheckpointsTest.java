package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.Changes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.MemoryHome;
import io.flywheel.namespace.keyvalue.Table;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Checkpoints that take long, while the log goes on over several extents: no more of it is released than is in the
/// checkpoint.
class SlowCheckpointsTest {
    private static final int STARTS = 20;

    private final MemoryHome tables = new MemoryHome();
    private final Commands commands = new Commands();

    @Test
    void shouldMakeTheTablesFromTheCheckpointAndWhatTheLogGotMeanwhile() {
        for (long seed = 1; seed <= 3; seed++) {
            play(seed);
        }
    }

    private void play(long seed) {
        var simulation = new Simulation(seed);
        var log = new SimulatedDisk(DiskWorld.GEOMETRY);
        tables.forget();
        int written = 0;
        for (int start = 0; start < STARTS; start++) {
            int before = written;
            boolean first = start == 0;
            var disk = log;
            written += simulation.run(() -> {
                var opened = OneDisk.open(disk, new SlowHome(simulation), simulation, DiskWorld.OPTIONS, first);
                EmbeddedNamespace namespace = DiskWorld.ready(opened);
                for (int i = 0; i < before; i++) {
                    assertThat(namespace.lookup("b", key(i), VersionSelector.CURRENT))
                            .as("seed %s: %s of %s", seed, i, before)
                            .isInstanceOf(Lookup.Found.class);
                }
                namespace.apply(commands.createBucket("b"));
                int more = 1 + simulation.random().nextInt(150);
                for (int i = before; i < before + more; i++) {
                    assertThat(namespace.apply(commands.put("b", key(i).toUtf8(), "x")))
                            .isInstanceOf(Outcome.ObjectPut.class);
                    simulation
                            .tasks()
                            .sleep(Duration.ofMillis(simulation.random().nextInt(30)));
                }
                return more;
            });
            log = log.crash(simulation.random());
            tables.lose();
        }
    }

    private static Bytes key(int number) {
        return Bytes.utf8("key-" + number);
    }

    private final class SlowHome implements Home {
        private final Simulation simulation;

        SlowHome(Simulation simulation) {
            this.simulation = simulation;
        }

        private Opened slow(Opened opened) {
            return opened instanceof Opened.Open(KeyValues fast)
                    ? new Opened.Open(new SlowValues(fast, simulation))
                    : opened;
        }

        @Override
        public Opened open() {
            return slow(tables.open());
        }

        @Override
        public Opened restore() {
            return slow(tables.restore());
        }

        @Override
        public Opened create() {
            return slow(tables.create());
        }

        @Override
        public OptionalLong checkpoint() {
            return tables.checkpoint();
        }

        @Override
        public boolean adopt(Home from) {
            return false;
        }

        @Override
        public void vacate() {
            tables.vacate();
        }
    }

    private record SlowValues(KeyValues values, Simulation simulation) implements KeyValues {
        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            return values.get(table, key);
        }

        @Override
        public byte @Nullable [] peek(Table table, byte[] key) {
            return values.peek(table, key);
        }

        @Override
        public Cursor cursor(Table table, byte[] lower, byte[] upper) {
            return values.cursor(table, lower, upper);
        }

        @Override
        public void write(Changes changes) {
            values.write(changes);
        }

        @Override
        public void checkpoint(long position) {
            simulation.tasks().sleep(Duration.ofMillis(simulation.random().nextInt(1_000)));
            values.checkpoint(position);
            simulation.tasks().sleep(Duration.ofMillis(simulation.random().nextInt(1_000)));
        }

        @Override
        public void close() {
            values.close();
        }
    }
}
