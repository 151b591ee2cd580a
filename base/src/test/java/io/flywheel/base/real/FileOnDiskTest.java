package io.flywheel.base.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.WholeFile.Read;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileOnDiskTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldReadWhatItReplacedLast() throws IOException {
        Path path = folder.resolve("fleet");
        FileOnDisk file = new FileOnDisk(path);
        assertThat(file.read(100)).isEqualTo(new Read.Missing());
        assertThat(file.replace(new byte[] {1, 2, 3})).isEqualTo(new Disk.Io.Done());
        assertThat(file.replace(new byte[] {4, 5})).isEqualTo(new Disk.Io.Done());
        assertThat(new FileOnDisk(path).read(2))
                .isInstanceOfSatisfying(
                        Read.Whole.class, whole -> assertThat(whole.bytes()).containsExactly(4, 5));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void shouldKeepWhatItHadWhenAWriteWasCutShort() throws IOException {
        Path path = folder.resolve("fleet");
        FileOnDisk file = new FileOnDisk(path);
        file.replace(new byte[] {1});
        Files.write(folder.resolve("fleet.fresh"), new byte[] {9, 9});
        assertThat(file.read(10))
                .isInstanceOfSatisfying(
                        Read.Whole.class, whole -> assertThat(whole.bytes()).containsExactly(1));
        assertThat(file.replace(new byte[] {2})).isEqualTo(new Disk.Io.Done());
    }

    @Test
    void shouldFailWhenItsFolderIsNotThere() {
        FileOnDisk file = new FileOnDisk(folder.resolve("unmounted").resolve("fleet"));
        assertThat(file.read(10)).isInstanceOf(Read.Failed.class);
        assertThat(file.replace(new byte[1])).isInstanceOf(Disk.Io.Failed.class);
        assertThat(folder.resolve("unmounted")).doesNotExist();
    }

    @Test
    void shouldFailWhenItIsTooLarge() {
        FileOnDisk file = new FileOnDisk(folder.resolve("fleet"));
        file.replace(new byte[11]);
        assertThat(file.read(10)).isInstanceOf(Read.Failed.class);
    }
}
