package io.flywheel.namespace.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.Mutations;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredFleetCommand;
import io.flywheel.namespace.record.StoredFleetCopy;
import io.flywheel.namespace.record.StoredFleetMap;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// What the fleet map stores, as this format writes it (`fleet.hex`; `-Dgolden=write` writes what the code at
/// hand makes: a change of a format needs a new version and the old file kept), and the decoders fed with
/// damaged bytes.
class FleetFormatsTest {
    private static final Path FILE = Path.of("src/test/resources/io/flywheel/namespace/fleet/fleet.hex");
    private static final int MUTATIONS = Integer.getInteger("fuzz.mutations", 40);
    private static final int ALLOCATED_PER_BYTE = 200;
    private static final int ALLOCATED_ALWAYS = 16 << 10;
    private static final Stamp STAMP =
            new Stamp(0x7172737475767778L, 0x8182838485868788L, 1_763_683_200_123L, new AccountId("a1".repeat(32)));
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private interface Format {
        /// Decodes and encodes again.
        byte[] again(byte[] bytes) throws MalformedRecord;
    }

    private static final Format COMMAND = bytes -> StoredFleetCommand.encode(StoredFleetCommand.decode(bytes));
    private static final Format COPY = bytes -> StoredFleetCopy.decode(bytes).encode();
    private static final Format MAP = bytes -> StoredFleetMap.encode(StoredFleetMap.decode(bytes));

    @Test
    void shouldWriteAndReadWhatEarlierBuildsWrote() throws IOException, MalformedRecord {
        Map<String, String> written = new TreeMap<>();
        commands().forEach((name, command) -> written.put("command." + name, hex(StoredFleetCommand.encode(command))));
        written.put("map", hex(StoredFleetMap.encode(map())));
        written.put("copy", hex(copy().encode()));
        if (System.getProperty("golden", "").equals("write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(
                    FILE,
                    written.entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
                            .collect(Collectors.joining()));
        }
        Map<String, String> golden = new TreeMap<>();
        for (String line : Files.readAllLines(FILE)) {
            golden.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
        }
        assertThat(written).isEqualTo(golden);
        for (Map.Entry<String, FleetCommand> command : commands().entrySet()) {
            String hex = golden.getOrDefault("command." + command.getKey(), "");
            assertThat(StoredFleetCommand.decode(HexFormat.of().parseHex(hex))).isEqualTo(command.getValue());
        }
        assertThat(StoredFleetMap.decode(HexFormat.of().parseHex(golden.getOrDefault("map", ""))))
                .isEqualTo(map());
        assertThat(StoredFleetCopy.decode(HexFormat.of().parseHex(golden.getOrDefault("copy", ""))))
                .isEqualTo(copy());
    }

    /// `fleet-1.hex`: the map and a copy of it before it named the holders of the namespace's log.
    @Test
    void shouldReadTheMapsOfVersion1() throws IOException, MalformedRecord {
        Map<String, String> golden = new TreeMap<>();
        for (String line : Files.readAllLines(FILE.resolveSibling("fleet-1.hex"))) {
            golden.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
        }
        assertThat(StoredFleetMap.decode(HexFormat.of().parseHex(golden.getOrDefault("map", ""))))
                .isEqualTo(withoutHolders());
        assertThat(StoredFleetCopy.decode(HexFormat.of().parseHex(golden.getOrDefault("copy", ""))))
                .isEqualTo(copy());
    }

    private static StoredFleetCopy copy() {
        return new StoredFleetCopy(
                300, 299, 2, List.of(disk(1), disk(2)), List.of(disk(1)), FleetMap.of(new UUID(1, 2)));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static DiskId disk(int number) {
        return new DiskId(new UUID(0x0102030405060708L, number));
    }

    private static Map<String, FleetCommand> commands() {
        Map<String, FleetCommand> all = new TreeMap<>();
        all.put(
                "add-disk",
                new FleetCommand.AddDisk(STAMP, disk(1), new Domains("zone", "räck", "node"), 16L << 40, 1L << 40));
        all.put("set-weight", new FleetCommand.SetWeight(STAMP, disk(1), 300));
        all.put("mark-absent", new FleetCommand.MarkAbsent(STAMP, disk(1)));
        all.put("mark-present", new FleetCommand.MarkPresent(STAMP, disk(1)));
        all.put("drain", new FleetCommand.Drain(STAMP, disk(1), true));
        all.put("remove-disk", new FleetCommand.RemoveDisk(STAMP, disk(1)));
        all.put(
                "add-copysets",
                new FleetCommand.AddCopysets(
                        STAMP, 300, List.of(new NewCopyset(1, Level.RACK, List.of(disk(1), disk(2))))));
        all.put("begin-move", new FleetCommand.BeginMove(STAMP, 300, 2, 11, disk(1)));
        all.put("finish-move", new FleetCommand.FinishMove(STAMP, 300, 3, 11));
        all.put("abort-move", new FleetCommand.AbortMove(STAMP, 300, 3, 11));
        all.put("open-lease", new FleetCommand.OpenLease(STAMP, "server", 70_000));
        all.put("close-leases", new FleetCommand.CloseLeases(STAMP, List.of(1L, 70_000L)));
        all.put("set-feature-level", new FleetCommand.SetFeatureLevel(STAMP, 2));
        all.put("set-namespace-holders", new FleetCommand.SetNamespaceHolders(STAMP, List.of(disk(1), disk(2))));
        all.put("set-scheme", new FleetCommand.SetScheme(STAMP, "STANDARD", 0x01020804));
        return all;
    }

    /// A map with one of everything.
    private static FleetMap map() {
        FleetMap map = withoutHolders();
        return after(map, List.of(new FleetCommand.SetNamespaceHolders(stamp(13), List.of(disk(2), disk(0)))));
    }

    /// The same as version 1 of the format could say it.
    private static FleetMap withoutHolders() {
        FleetMap map = FleetMap.of(new UUID(0x1112131415161718L, 0x2122232425262728L));
        List<FleetCommand> history = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            history.add(new FleetCommand.AddDisk(stamp(i), disk(i), Domains.of("node-" + i), 4L << 40, 4L << 40));
        }
        history.add(new FleetCommand.AddCopysets(
                stamp(5),
                0,
                List.of(
                        new NewCopyset(1, Level.NODE, List.of(disk(0), disk(1), disk(2))),
                        new NewCopyset(0, Level.DISK, List.of(disk(3))))));
        history.add(new FleetCommand.BeginMove(stamp(6), 0, 1, 2, disk(3)));
        history.add(new FleetCommand.Drain(stamp(7), disk(0), true));
        history.add(new FleetCommand.MarkAbsent(stamp(8), disk(1)));
        history.add(new FleetCommand.RemoveDisk(stamp(9), disk(4)));
        history.add(new FleetCommand.OpenLease(stamp(10), "server", 300));
        history.add(new FleetCommand.SetFeatureLevel(stamp(11), 2));
        history.add(new FleetCommand.SetScheme(stamp(12), "STANDARD", 0x01020201));
        return after(map, history);
    }

    private static FleetMap after(FleetMap before, List<FleetCommand> history) {
        FleetMap map = before;
        for (FleetCommand command : history) {
            FleetMap.Applied applied = map.apply(command);
            assertThat(applied.outcome()).isNotInstanceOf(FleetOutcome.Refused.class);
            map = applied.map();
        }
        return map;
    }

    private static Stamp stamp(long request) {
        return new Stamp(9, request + 1, 1_763_683_200_000L + request, new AccountId("0".repeat(64)));
    }

    @Test
    void shouldReadOrRefuseDamagedBytes() {
        for (long seed = 1; seed <= 4; seed++) {
            FleetHistories histories = new FleetHistories(new SeededRandom(seed));
            Mutations mutations = new Mutations(new SeededRandom(seed));
            FleetMap map = FleetMap.of(new UUID(1, 2));
            for (int step = 0; step < 200; step++) {
                FleetCommand command = histories.next(map);
                map = map.apply(command).map();
                damage("command, seed " + seed, StoredFleetCommand.encode(command), mutations, COMMAND);
                if (step % 10 == 9) {
                    damage("map, seed " + seed, StoredFleetMap.encode(map), mutations, MAP);
                    damage("copy, seed " + seed, copy().encode(), mutations, COPY);
                }
            }
        }
    }

    private static void damage(String what, byte[] intact, Mutations mutations, Format format) {
        byte[] fields = java.util.Arrays.copyOf(intact, intact.length - 4);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] damaged = mutations.of(intact);
            if (!java.util.Arrays.equals(damaged, intact)) {
                assertThatExceptionOfType(MalformedRecord.class)
                        .as("%s, damaged: %s", what, hex(damaged))
                        .isThrownBy(() -> format.again(damaged));
            }
            // As a bug would write it: what follows the checksum is judged by itself.
            decode(what, withCrc(mutations.of(fields)), format);
        }
    }

    private static byte[] withCrc(byte[] fields) {
        CRC32C crc = new CRC32C();
        crc.update(fields);
        return ByteBuffer.allocate(fields.length + 4)
                .put(fields)
                .putInt((int) crc.getValue())
                .array();
    }

    private static void decode(String what, byte[] bytes, Format format) {
        try {
            long bound = ALLOCATED_ALWAYS + (long) ALLOCATED_PER_BYTE * bytes.length;
            // The first time may link code: what is allocated every time counts.
            if (allocatedBy(bytes, format) > bound) {
                assertThat(allocatedBy(bytes, format))
                        .as("bytes allocated for %s: %s", what, hex(bytes))
                        .isLessThan(bound);
            }
            byte[] again = format.again(bytes);
            assertThat(format.again(again)).as("%s stored again", what).isEqualTo(again);
        } catch (MalformedRecord e) {
            // That is its answer.
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": " + hex(bytes), e);
        }
    }

    private static long allocatedBy(byte[] bytes, Format format) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            format.again(bytes);
        } catch (MalformedRecord e) {
            // What it cost counts.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
