package io.flywheel.shardstore.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Plants;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Disks that an earlier build wrote, and disks that were damaged. After a change of the format, run this with
/// `-Dchecks.golden=true`: it writes the file of the new format, which belongs in the commit.
class GoldenDiskTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final int MUTATIONS = 3_000;

    private static Path file(int format) {
        return FOLDER.resolve("format-" + format + ".disk.gz");
    }

    private static Opened open(SimulatedDisk disk, Simulation simulation) {
        return DiskShardStore.open(disk, simulation.tasks(), GoldenDisk.SHAPE.options());
    }

    @Test
    @EnabledIfSystemProperty(named = "checks.golden", matches = "true", disabledReason = "writes the file")
    void writeTheFileOfThisFormat() throws IOException {
        Files.createDirectories(FOLDER);
        Files.write(file(Plants.formatVersion()), GoldenDisk.encode(GoldenDisk.make(true)));
    }

    @Test
    void shouldOpenADiskOfThisFormat() throws IOException {
        var file = file(Plants.formatVersion());
        assertThat(file).as("written by this test with -Dchecks.golden=true").exists();
        var disk = GoldenDisk.decode(Files.newInputStream(file));
        var simulation = new Simulation(1, new Schedule.InTurn());
        simulation.run(() -> {
            var opened = open(disk, simulation);
            assertThat(opened).isInstanceOf(Opened.Ok.class);
            GoldenDisk.check(((Opened.Ok) opened).store());
            ((Opened.Ok) opened).store().close();
        });
    }

    /// A disk of an older format opens, or is refused with words that say what to do.
    @Test
    void shouldOpenOrRefuseDisksOfOlderFormats() throws IOException {
        for (int format = 1; format < Plants.formatVersion(); format++) {
            if (!Files.exists(file(format))) {
                continue;
            }
            var disk = GoldenDisk.decode(Files.newInputStream(file(format)));
            var simulation = new Simulation(1, new Schedule.InTurn());
            simulation.run(() -> {
                switch (open(disk, simulation)) {
                    case Opened.Ok(var store, var _) -> {
                        GoldenDisk.check(store);
                        store.close();
                    }
                    case Opened.Refused(var message) ->
                        assertThat(message).contains("open it with the software that wrote it");
                }
            });
        }
    }

    /// Bytes changed anywhere, many at once: a start may be refused, reads may fail, values may be gone; a wrong byte,
    /// an exception or a run without an end may not be.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNeverServeAWrongByteOfADamagedDisk(boolean crashed) {
        var whole = GoldenDisk.make(crashed);
        int served = 0;
        for (int seed = 0; seed < MUTATIONS; seed++) {
            try {
                served += serve(mutated(whole, seed)) ? 1 : 0;
            } catch (RuntimeException | Error failure) {
                throw new AssertionError("crashed " + crashed + ", seed " + seed, failure);
            }
        }
        assertThat(served).as("disks that were opened").isGreaterThan(MUTATIONS / 10);
    }

    private static SimulatedDisk mutated(SimulatedDisk whole, int seed) {
        var random = new SeededRandom(seed);
        var extents = new ArrayList<Optional<byte[]>>();
        var prepared = new ArrayList<byte[]>();
        for (int extent = 0; extent < whole.geometry().extents(); extent++) {
            var bytes = whole.bytes(extent);
            bytes.ifPresent(prepared::add);
            extents.add(bytes);
        }
        int changes = 1 + random.nextInt(8);
        for (int change = 0; change < changes; change++) {
            var bytes = prepared.get(random.nextInt(prepared.size()));
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + random.nextInt(1_000)), (byte) 0);
                default -> {
                    // A sector of another place of the disk.
                    int sector = whole.geometry().sectorBytes();
                    var other = prepared.get(random.nextInt(prepared.size()));
                    int from = random.nextInt(other.length / sector) * sector;
                    System.arraycopy(other, from, bytes, at / sector * sector, sector);
                }
            }
        }
        return SimulatedDisk.of(whole.geometry(), extents);
    }

    /// Opens, reads everything, writes, reclaims and closes; false when the disk is refused.
    private static boolean serve(SimulatedDisk disk) {
        var simulation = new Simulation(1, new Schedule.InTurn());
        simulation.limitPoints(3_000_000);
        return simulation.run(() -> {
            if (!(open(disk, simulation) instanceof Opened.Ok(var store, var _))) {
                return false;
            }
            GoldenDisk.readAll(store);
            store.put(Values.shard(1_000), ByteBuffer.allocate(700));
            for (int step = 0; step < 8; step++) {
                store.reclaim();
            }
            GoldenDisk.readAll(store);
            store.close();
            return true;
        });
    }
}
