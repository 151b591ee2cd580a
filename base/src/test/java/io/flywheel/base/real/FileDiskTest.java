package io.flywheel.base.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest extends DiskContract {
    @TempDir
    private Path folder;

    @Override
    protected Disk create() throws IOException {
        return FileDisk.open(folder, GEOMETRY);
    }

    @Override
    protected Disk reopen(Disk disk) throws IOException {
        disk.close();
        return FileDisk.open(folder, GEOMETRY);
    }

    @Test
    void shouldFallBackToFlushesWhenTheSectorIsSmallerThanABlock() throws IOException {
        try (var disk = FileDisk.open(folder, new Disk.Geometry(2, 8192, 512))) {
            assertThat(disk.description()).contains("buffered writes and flush").contains("512");
            disk.prepare(0);
            disk.write(0, 512, ByteBuffer.allocate(512).put(0, (byte) 7));
            assertThat(disk.flush().done()).isTrue();
            var read = ByteBuffer.allocate(512);
            disk.read(0, 512, read);
            assertThat(read.get(0)).isEqualTo((byte) 7);
        }
    }

    @Test
    void shouldNotTakeAnUnfinishedFileForAnExtent() throws IOException {
        Files.write(folder.resolve("extent-00000001.new"), new byte[100]);
        try (var disk = FileDisk.open(folder, GEOMETRY)) {
            assertThat(disk.prepared(1)).isFalse();
            assertThat(disk.prepare(1).done()).isTrue();
            assertThat(folder.resolve("extent-00000001")).hasSize(GEOMETRY.extentBytes());
        }
    }

    @Test
    void shouldFailWhenTheFolderIsMissing() {
        assertThatThrownBy(() -> FileDisk.open(folder.resolve("nothing"), GEOMETRY))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldFailCallsWhenAFileVanished() throws IOException {
        try (var disk = FileDisk.open(folder, GEOMETRY)) {
            assertThat(disk.read(0, 0, ByteBuffer.allocate(10))).isInstanceOf(Disk.Io.Failed.class);
        }
    }

    /// The same on a file system in memory, where there is one.
    @Nested
    class InMemory extends DiskContract {
        private final Path memory = Path.of("/dev/shm");
        private Path shared = folder;

        @Override
        protected Disk create() throws IOException {
            shared = Files.createTempDirectory(Files.isDirectory(memory) ? memory : folder, "file-disk");
            return FileDisk.open(shared, GEOMETRY);
        }

        @Override
        protected Disk reopen(Disk disk) throws IOException {
            disk.close();
            return FileDisk.open(shared, GEOMETRY);
        }

        @org.junit.jupiter.api.AfterEach
        void remove() throws IOException {
            try (var files = Files.walk(shared)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
