package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.FileOnDisk;
import io.flywheel.base.real.ThreadTasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedNoteTest {
    private static final int BYTES_MAX = 100;

    @TempDir
    Path folder = Path.of("");

    private final SortedMap<DiskId, WholeFile> copies = new TreeMap<>();

    @BeforeEach
    void begin() throws IOException {
        for (int disk = 0; disk < 3; disk++) {
            Files.createDirectory(folder.resolve("d" + disk));
            arrive(disk);
        }
    }

    private Path file(int disk) {
        return folder.resolve("d" + disk).resolve("note");
    }

    private void arrive(int disk) {
        copies.put(new DiskId(new UUID(1, disk)), new FileOnDisk(file(disk)));
    }

    private void leave(int disk) {
        copies.remove(new DiskId(new UUID(1, disk)));
    }

    /// As the next start would find it.
    private SharedNote note() {
        return new SharedNote("test", () -> new TreeMap<>(copies), new ThreadTasks());
    }

    private static Disk.Io write(SharedNote note, String text) {
        return note.replace(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(SharedNote note) {
        return note.read(BYTES_MAX) instanceof WholeFile.Read.Whole(var bytes)
                ? new String(bytes, StandardCharsets.UTF_8)
                : "missing";
    }

    @Test
    void shouldBeMissingBeforeAnythingIsWritten() {
        assertThat(text(note())).isEqualTo("missing");
    }

    @Test
    void shouldSurviveTheLossOfAllDisksButOne() throws IOException {
        assertThat(write(note(), "text").done()).isTrue();
        Files.delete(file(0));
        Files.writeString(file(1), "something else");
        assertThat(text(note())).isEqualTo("text");
        Files.delete(file(2));
        assertThat(text(note())).isEqualTo("missing");
    }

    @Test
    void shouldTakeTheNewestWhenADiskWasAway() {
        var first = note();
        write(first, "one");
        leave(0);
        write(first, "two");
        arrive(0);
        assertThat(text(note())).isEqualTo("two");
        leave(1);
        leave(2);
        var later = note();
        assertThat(text(later)).isEqualTo("one");
        write(later, "three");
        write(later, "four");
        arrive(1);
        arrive(2);
        assertThat(text(note())).isEqualTo("four");
    }

    @Test
    void shouldFailOnlyWhenNoDiskTakesIt() throws IOException {
        Files.delete(folder.resolve("d0"));
        assertThat(write(note(), "text").done()).isTrue();
        for (int disk = 1; disk < 3; disk++) {
            Files.delete(file(disk));
            Files.delete(folder.resolve("d" + disk));
        }
        assertThat(write(note(), "text").done()).isFalse();
    }
}
