package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.rocks.RocksHome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The folder of the tables is damaged between two starts. They are rebuilt from the checkpoint and the log, or
/// the start is refused with words that say what to do. What was acknowledged is never silently gone.
class DamagedStateTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 256 << 10, 4096);
    private static final int KEYS = 40;

    @TempDir
    private Path folder = Path.of("");

    private final ThreadTasks tasks = new ThreadTasks();
    private final SimulatedDisk log = new SimulatedDisk(GEOMETRY);

    /// How the tables are damaged.
    private interface Damage {
        void to(Path state) throws IOException;
    }

    @Test
    void shouldComeBackFromTheCheckpointWhenTheTablesAreGone() throws IOException {
        fill();
        deleteAll(state());
        assertEverythingIsThere();
    }

    @Test
    void shouldComeBackFromTheLogWhenTablesAndCheckpointsAreGone() throws IOException {
        fill();
        deleteAll(state());
        deleteAll(checkpoints());
        assertEverythingIsThere();
    }

    @Test
    void shouldComeBackWhenAFileOfTheTablesIsMissingOrCutOff() throws IOException {
        fill();
        List<Damage> damages = List.of(
                state -> Files.delete(state.resolve("CURRENT")),
                state -> Files.writeString(state.resolve("CURRENT"), ""),
                state -> Files.writeString(state.resolve("CURRENT"), "MANIFEST-999999\n"),
                state -> truncate(one(state, "MANIFEST-"), 0),
                state -> truncate(one(state, "MANIFEST-"), Files.size(one(state, "MANIFEST-")) / 2),
                state -> truncate(one(state, "MANIFEST-"), Files.size(one(state, "MANIFEST-")) - 3),
                state -> Files.delete(one(state, "MANIFEST-")),
                state -> flip(one(state, "MANIFEST-"), Files.size(one(state, "MANIFEST-")) / 3),
                state -> Files.delete(one(state, ".sst")),
                state -> {
                    for (Path table : all(state, ".sst")) {
                        Files.delete(table);
                    }
                });
        for (int i = 0; i < damages.size(); i++) {
            damages.get(i).to(state());
            try {
                assertEverythingIsThere();
            } catch (AssertionError e) {
                throw new AssertionError("damage " + i + ": " + e.getMessage(), e);
            }
        }
    }

    /// A checkpoint shares the tables' files: damage inside one is in both, and the whole log makes up for it.
    @Test
    void shouldComeBackFromTheLogWhenAFileIsDamagedThatTheCheckpointShares() throws IOException {
        fill();
        for (Path table : all(state(), ".sst")) {
            truncate(table, Files.size(table) / 2);
        }
        assertEverythingIsThere();
    }

    @Test
    void shouldBeRefusedWhenTheLogBeginsLaterAndNoCheckpointIsWhole() throws IOException {
        fillUntilTheLogIsReleased();
        for (Path table : all(state(), ".sst")) {
            truncate(table, Files.size(table) / 2);
        }
        String why = refused(open(false));
        assertThat(why)
                .contains("the tables in " + state() + " cannot be opened")
                .contains("the checkpoint " + checkpoints())
                .contains("the log begins at position")
                .contains("Restore the store's folder from a copy");
        // The damaged tables are still there for whoever can make something of them, also after another try.
        refused(open(false));
        assertThat(all(checkpoints().resolve("set-aside"), ".sst")).isNotEmpty();
    }

    @Test
    void shouldBeRefusedWhenTheLogIsReleasedAndTablesAndCheckpointsAreGone() throws IOException {
        fillUntilTheLogIsReleased();
        deleteAll(state());
        deleteAll(checkpoints());
        assertThat(refused(open(false))).contains("the log begins at position");
    }

    @Test
    void shouldBeRefusedWhenTheLogIsMissing() {
        fill();
        SimulatedDisk empty = new SimulatedDisk(GEOMETRY);
        assertThat(refused(open(empty, false))).contains("its log is missing").contains("Bring back the log's extents");
    }

    @Test
    void shouldBeRefusedWhenEverythingIsGoneFromAStoreThatHasServed() throws IOException {
        fill();
        deleteAll(state());
        deleteAll(checkpoints());
        assertThat(refused(open(new SimulatedDisk(GEOMETRY), false))).contains("its log is missing");
    }

    @Test
    void shouldMakeNothingWhereADiskIsGone() {
        fill();
        Path gone = folder.resolve("gone");
        RocksHome home = new RocksHome(gone.resolve("namespace/state"), gone.resolve("namespace/checkpoints"));
        assertThat(home.create()).isInstanceOf(Home.Opened.Damaged.class);
        assertThat(home.adopt(new RocksHome(state(), checkpoints()))).isFalse();
        assertThat(gone).doesNotExist();
    }

    /// The data of a table is damaged and its ends are whole: it opens, and reading it fails.
    @Test
    void shouldNeverAnswerWrongWhenAnyBytesOfTheTablesAreFlipped() throws IOException {
        fill();
        for (long seed = 1; seed <= 12; seed++) {
            var random = new SeededRandom(seed);
            deleteAll(folder.resolve("copy"));
            copy(state(), folder.resolve("copy/state"));
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                List<Path> tables = all(folder.resolve("copy/state"), ".sst");
                Path table = tables.get(random.nextInt(tables.size()));
                flip(table, random.nextInt((int) Files.size(table)));
            }
            RocksHome home = new RocksHome(folder.resolve("copy/state"), folder.resolve("copy/checkpoints"));
            if (OneDisk.open(log, home, tasks, new SeededRandom(1), options(), false)
                    instanceof EmbeddedNamespace.Opened.Ready(EmbeddedNamespace namespace)) {
                try {
                    everythingIsThere(namespace);
                } catch (Namespace.Unreadable e) {
                    assertThat(namespace.apply(new Commands().put("b", "more", "x")))
                            .as("seed %s", seed)
                            .isEqualTo(Rules.refused(Outcome.Refusal.UNAVAILABLE));
                } finally {
                    namespace.close();
                }
            }
        }
    }

    private void fill() {
        Commands commands = new Commands();
        try (EmbeddedNamespace namespace = ready(open(true))) {
            namespace.apply(commands.createBucket("b"));
            for (int i = 0; i < KEYS; i++) {
                assertThat(namespace.apply(commands.put("b", "key-" + i, "body " + i)))
                        .isInstanceOf(Outcome.ObjectPut.class);
            }
        }
    }

    /// Until the log does not hold its beginning any more.
    private void fillUntilTheLogIsReleased() {
        Commands commands = new Commands();
        try (EmbeddedNamespace namespace = ready(open(true))) {
            namespace.apply(commands.createBucket("b"));
            for (int i = 0; i < 3000; i++) {
                assertThat(namespace.apply(commands.put("b", "key-" + i, "x".repeat(1000))))
                        .isInstanceOf(Outcome.ObjectPut.class);
            }
        }
    }

    private void assertEverythingIsThere() {
        try (EmbeddedNamespace namespace = ready(open(false))) {
            everythingIsThere(namespace);
        }
    }

    private static void everythingIsThere(Namespace namespace) {
        for (int i = 0; i < KEYS; i++) {
            Lookup lookup = namespace.lookup("b", Bytes.utf8("key-" + i), VersionSelector.CURRENT);
            assertThat(lookup)
                    .isInstanceOfSatisfying(
                            Lookup.Found.class,
                            found -> assertThat(found.version().content()).isInstanceOf(Content.Inline.class));
        }
        ListPage page = namespace.list("b", new ListQuery(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, 1000));
        assertThat(page.entries()).hasSize(KEYS);
    }

    private EmbeddedNamespace.Opened open(boolean make) {
        return open(log, make);
    }

    private EmbeddedNamespace.Opened open(SimulatedDisk disk, boolean make) {
        return OneDisk.open(disk, new RocksHome(state(), checkpoints()), tasks, new SeededRandom(1), options(), make);
    }

    private static EmbeddedNamespace.Options options() {
        return new EmbeddedNamespace.Options(64, 100_000, 0, 1 << 20, 1);
    }

    private static EmbeddedNamespace ready(EmbeddedNamespace.Opened opened) {
        return switch (opened) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> namespace;
            case EmbeddedNamespace.Opened.Refused(String why) -> throw new AssertionError("refused: " + why);
        };
    }

    private static String refused(EmbeddedNamespace.Opened opened) {
        return switch (opened) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> {
                namespace.close();
                throw new AssertionError("it opened");
            }
            case EmbeddedNamespace.Opened.Refused(String why) -> why;
        };
    }

    private Path state() {
        return folder.resolve("state");
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    private static Path one(Path folder, String part) throws IOException {
        return all(folder, part).getFirst();
    }

    private static List<Path> all(Path folder, String part) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(
                    files.filter(file -> file.getFileName().toString().contains(part))
                            .sorted()
                            .toList());
        }
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private static void flip(Path file, long at) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, at);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
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
