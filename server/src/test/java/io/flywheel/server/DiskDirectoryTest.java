package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SecureRandomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskDirectoryTest {
    @TempDir
    Path folder = Path.of("");

    private Path data = Path.of("");
    private KnownDisks known = KnownDisks.of(Map.of());

    @BeforeEach
    void begin() {
        data = folder.resolve("a folder").resolve("data");
        known = KnownDisks.of(
                Map.of("FLYWHEEL_STATE_DIR", folder.resolve("state").toString()));
    }

    private static final String STORE = "0123456789abcdef0123456789abcdef";

    private DiskDirectory open() {
        var random = new SecureRandomness();
        return DiskDirectory.open(data, DiskIdentity.name(random), known, random);
    }

    private DiskDirectories openAll(Path... directories) {
        return DiskDirectories.open(List.of(directories), known, new SecureRandomness());
    }

    /// A disk that served once.
    private DiskIdentity served() throws IOException {
        try (var disk = open()) {
            Files.writeString(disk.folder("extents").resolve("extent-0"), "bytes");
            disk.complete();
            return disk.identity();
        }
    }

    private static void shouldRefuse(ThrowingCallable call, ExitCode code, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StartRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .message()
                .contains(parts);
    }

    private static void deleteContents(Path path) throws IOException {
        try (var entries = Files.walk(path)) {
            for (Path entry :
                    entries.sorted(java.util.Comparator.reverseOrder()).toList()) {
                if (!entry.equals(path)) {
                    Files.delete(entry);
                }
            }
        }
    }

    @Test
    void shouldMakeANewDiskOfAMissingOrEmptyFolder() throws IOException {
        try (var disk = open()) {
            assertThat(disk.isNew()).isTrue();
            assertThat(Files.getPosixFilePermissions(data).toString()).doesNotContain("OTHERS", "GROUP");
        }
        deleteContents(data);
        known.forget(DiskDirectory.absolute(data));
        Files.createDirectory(data.resolve("lost+found"));
        open().close();
        assertThat(data.resolve("disk.json")).exists();
    }

    @Test
    void shouldKeepWhoItIs() throws IOException {
        var identity = served();
        try (var disk = open()) {
            assertThat(disk.identity()).isEqualTo(identity);
            assertThat(disk.isNew()).isFalse();
            assertThat(disk.identity().account()).hasSize(64).isEqualTo(identity.account());
        }
    }

    @Test
    void shouldReportAKnownDiskThatIsEmptyAsAbsentAndWriteNothing() throws IOException {
        var identity = served();
        deleteContents(data);
        shouldRefuse(this::open, ExitCode.FAILURE, "absent", "empty", identity.store(), "mounted", "forget");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void shouldReportAKnownDiskThatIsMissingAsAbsentAndWriteNothing() throws IOException {
        served();
        deleteContents(data);
        Files.delete(data);
        shouldRefuse(this::open, ExitCode.FAILURE, "absent", "missing");
        assertThat(data).doesNotExist();
    }

    @Test
    void shouldBeginANewStoreInPlaceOfADiskThatIsForgotten() throws IOException {
        var identity = served();
        deleteContents(data);
        assertThat(known.forget(DiskDirectory.absolute(data))).isTrue();
        try (var disk = open()) {
            assertThat(disk.identity().store()).isNotEqualTo(identity.store());
        }
    }

    @Test
    void shouldReportAnotherStoreInPlaceOfTheKnownOne() throws IOException {
        var identity = served();
        deleteContents(data);
        DiskIdentity.fresh(STORE, new SecureRandomness(), ExtentGeometry.of(1L << 30))
                .write(data);
        shouldRefuse(this::open, ExitCode.FAILURE, identity.store(), "another");
    }

    @Test
    void shouldFindADiskUnderAnotherNameOfTheSameFolder() throws IOException {
        served();
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, data);
        deleteContents(data);
        data = link;
        shouldRefuse(this::open, ExitCode.FAILURE, "absent");
    }

    @Test
    void shouldNotTouchOtherData() throws IOException {
        Files.createDirectories(data);
        Files.writeString(data.resolve("thesis.txt"), "years of work");
        shouldRefuse(this::open, ExitCode.CONFIGURATION, "thesis.txt");
        try (var entries = Files.list(data)) {
            assertThat(entries).containsExactly(data.resolve("thesis.txt"));
        }
    }

    @Test
    void shouldRefuseAFile() throws IOException {
        Files.createDirectories(folder.resolve("a folder"));
        Files.writeString(data, "");
        shouldRefuse(this::open, ExitCode.CONFIGURATION, "is a file");
    }

    @Test
    void shouldReportDamageInsteadOfBeginningAnew() throws IOException {
        served();
        deleteContents(data.resolve("extents"));
        shouldRefuse(this::open, ExitCode.FAILURE, "damaged", "extents");
    }

    @Test
    void shouldRefuseAnIdentityOfALaterFormatOrNone() throws IOException {
        served();
        Files.writeString(
                data.resolve("disk.json"),
                Files.readString(data.resolve("disk.json")).replace("\"format\": 2", "\"format\": 3"));
        shouldRefuse(this::open, ExitCode.FAILURE, "format 3");
        Files.writeString(data.resolve("disk.json"), "{}");
        shouldRefuse(this::open, ExitCode.FAILURE, "disk.json");
    }

    @Test
    void shouldLetOneServerHoldIt() {
        try (var held = open()) {
            assertThat(held.isNew()).isTrue();
            shouldRefuse(this::open, ExitCode.DISK_IN_USE, data.toString());
        }
        open().close();
    }

    @Test
    void shouldGoOnWithoutAListOfKnownDisks() throws IOException {
        Files.writeString(folder.resolve("state"), "a file where the folder should be");
        open().close();
        assertThat(data.resolve("disk.json")).exists();
    }

    private void servedBefore(Path... directories) throws IOException {
        try (var disks = openAll(directories)) {
            for (var disk : disks.here()) {
                Files.writeString(disk.folder("extents").resolve("extent-0"), "bytes");
                disk.complete();
            }
        }
    }

    @Test
    void shouldMakeTheDisksOfOneStoreWhateverTheirOrder() throws IOException {
        Path[] paths = {folder.resolve("c"), folder.resolve("a"), folder.resolve("b")};
        servedBefore(paths);
        try (var disks = openAll(paths[1], paths[2], paths[0])) {
            assertThat(disks.here())
                    .hasSize(3)
                    .allMatch(disk -> disk.identity().store().equals(disks.store()));
            assertThat(disks.absent()).isEmpty();
        }
    }

    @Test
    void shouldGoOnWithoutADiskThatIsGoneAndNotMakeItAnew() throws IOException {
        Path[] paths = {folder.resolve("a"), folder.resolve("b"), folder.resolve("c")};
        servedBefore(paths);
        deleteContents(paths[1]);
        try (var disks = openAll(paths)) {
            assertThat(disks.here()).hasSize(2);
            assertThat(disks.absent()).singleElement().asString().contains("absent", paths[1].toString());
        }
        assertThat(paths[1]).isEmptyDirectory();
    }

    @Test
    void shouldNotMakeANewDiskBesideOneThatServed() throws IOException {
        Path served = folder.resolve("a");
        servedBefore(served);
        shouldRefuse(() -> openAll(served, folder.resolve("b")), ExitCode.CONFIGURATION, "disk add", "/b");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void shouldRefuseDisksOfTwoStoresAndOneThatIsNamedTwice() throws IOException {
        Path one = folder.resolve("a");
        Path other = folder.resolve("b");
        servedBefore(one);
        servedBefore(other);
        shouldRefuse(() -> openAll(one, other), ExitCode.CONFIGURATION, "different stores", one.toString());
        shouldRefuse(() -> openAll(one, folder.resolve("x/../a")), ExitCode.CONFIGURATION, "twice");
    }

    @Test
    void shouldGoOnWithAFirstStartThatWasCutShort() {
        Path one = folder.resolve("a");
        openAll(one).close();
        try (var disks = openAll(folder.resolve("b"), one)) {
            assertThat(disks.here()).hasSize(2).allMatch(DiskDirectory::isNew);
        }
    }

    @Test
    void shouldTellADiskThatIsGoneFromOneThatCannotBeRead() throws IOException {
        served();
        try (var disk = open()) {
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.There());
            Path identity = data.resolve(DiskIdentity.FILE);
            byte[] bytes = Files.readAllBytes(identity);
            Files.writeString(identity, "{");
            assertThat(disk.presence()).isInstanceOf(DiskDirectory.Presence.Unreadable.class);
            DiskIdentity.fresh(STORE, new SecureRandomness(), disk.identity().geometry())
                    .write(data);
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.Gone());
            Files.write(identity, bytes);
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.There());
            Files.delete(identity);
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.Gone());
            Files.move(data, folder.resolve("away"));
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.Gone());
            Files.writeString(data, "a file");
            assertThat(disk.presence()).isEqualTo(new DiskDirectory.Presence.Gone());
        }
    }
}
