package io.flywheel.base.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDiskTest extends DiskContract {
    private static final Disk.Geometry MANY = new Disk.Geometry(12, 8192, 4096);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

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

    /// What is gone is not full: who writes to it finds out.
    @Test
    void shouldNotCallAVanishedFolderFull() throws IOException {
        var there = Files.createDirectory(folder.resolve("disk"));
        try (var disk = FileDisk.open(there, GEOMETRY)) {
            assertThat(disk.freeBytes()).isPositive();
            Files.delete(there);
            assertThat(disk.freeBytes()).isPositive();
        }
    }

    @Test
    void shouldKeepNoMoreFilesOpenThanItMay() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        try (var disk = FileDisk.open(folder, MANY, 2, 3)) {
            fill(disk);
            for (int extent = 0; extent < MANY.extents(); extent++) {
                var aligned = ByteBuffer.allocateDirect(8192).alignedSlice(4096).limit(4096);
                assertThat(disk.readOnce(extent, 0, aligned).done()).isTrue();
                assertThat(aligned.get(0)).isEqualTo((byte) extent);
                assertThat(open()).size().isLessThanOrEqualTo(4 * 3);
            }
        }
        assertThat(open()).isEmpty();
    }

    @Test
    void shouldKeepOpenWhatIsNotFlushed() throws IOException {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        var geometry = new Disk.Geometry(MANY.extents(), 8192, 512);
        try (var disk = FileDisk.open(folder, geometry, 2, 2)) {
            fill(disk);
            assertThat(disk.write(5, 512, ByteBuffer.allocate(512)).done()).isTrue();
            readAll(disk);
            assertThat(open()).contains("extent-00000005");
            assertThat(disk.flush().done()).isTrue();
            readAll(disk);
            assertThat(open()).doesNotContain("extent-00000005");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void shouldServeManyCallersWithFewFilesOpen(int sectorBytes) throws Exception {
        var geometry = new Disk.Geometry(MANY.extents(), 8192, sectorBytes);
        try (var disk = FileDisk.open(folder, geometry, 4, 2);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            fill(disk);
            var calls = new ArrayList<Future<?>>();
            for (int caller = 0; caller < 16; caller++) {
                long seed = caller;
                calls.add(callers.submit(() -> call(disk, new Random(seed))));
            }
            for (var call : calls) {
                call.get();
            }
        }
    }

    /// Writes, reads and flushes; extents hold their number everywhere.
    private static void call(Disk disk, Random random) {
        int sectorBytes = disk.geometry().sectorBytes();
        for (int count = 0; count < 400; count++) {
            int extent = random.nextInt(MANY.extents());
            var bytes = ByteBuffer.allocate(sectorBytes);
            switch (random.nextInt(8)) {
                case 0 ->
                    assertThat(disk.write(extent, sectorBytes, of(extent, sectorBytes))
                                    .done())
                            .isTrue();
                case 1 -> assertThat(disk.flush().done()).isTrue();
                default -> {
                    assertThat(disk.read(extent, 0, bytes).done()).isTrue();
                    assertThat(bytes.flip()).isEqualTo(of(extent, sectorBytes));
                }
            }
        }
    }

    private static ByteBuffer of(int extent, int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) extent);
        return ByteBuffer.wrap(bytes);
    }

    private static void fill(Disk disk) {
        for (int extent = 0; extent < MANY.extents(); extent++) {
            assertThat(disk.prepare(extent).done()).isTrue();
            assertThat(disk.write(extent, 0, of(extent, 4096)).done()).isTrue();
        }
        assertThat(disk.flush().done()).isTrue();
    }

    private static void readAll(Disk disk) {
        for (int extent = 0; extent < MANY.extents(); extent++) {
            assertThat(disk.read(extent, 0, ByteBuffer.allocate(512)).done()).isTrue();
        }
    }

    /// The names of the files in the folder that this process has open, once for each descriptor.
    private List<String> open() throws IOException {
        var names = new ArrayList<String>();
        try (var descriptors = Files.list(DESCRIPTORS)) {
            for (var descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor) && Files.exists(descriptor)) {
                    var file = Files.readSymbolicLink(descriptor);
                    if (file.startsWith(folder.toRealPath())) {
                        names.add(String.valueOf(file.getFileName()));
                    }
                }
            }
        }
        return names;
    }

    /// The same contract when only one extent's files may be open.
    @Nested
    class WithOneExtentOpen extends DiskContract {
        @Override
        protected Disk create() throws IOException {
            return FileDisk.open(folder, GEOMETRY, 2, 1);
        }

        @Override
        protected Disk reopen(Disk disk) throws IOException {
            disk.close();
            return FileDisk.open(folder, GEOMETRY, 2, 1);
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
