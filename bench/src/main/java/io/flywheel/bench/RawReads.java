package io.flywheel.bench;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/// Reads of a disk past the page cache, several at once, from places drawn at random: what this device gives to who
/// reads values once.
final class RawReads {
    /// About a value of the mix.
    private static final int READ_BYTES = 256 << 10;
    private static final int DEPTH = 4;

    private final Disk disk;

    /// @param disk written everywhere
    RawReads(Disk disk) {
        this.disk = disk;
    }

    Sample run(Duration duration) throws Exception {
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        var readers = new ArrayList<Callable<Long>>();
        for (int reader = 0; reader < DEPTH; reader++) {
            var random = new SplittableRandom(begin + reader);
            readers.add(() -> read(random, end));
        }
        long reads = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(readers)) {
                reads += done.get();
            }
        }
        return Sample.untimed(
                reads, reads * READ_BYTES, ServerProcess.ownCpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
    }

    private long read(SplittableRandom random, long endNanos) {
        var geometry = disk.geometry();
        var buffer = ByteBuffer.allocateDirect(READ_BYTES + geometry.sectorBytes())
                .alignedSlice(geometry.sectorBytes())
                .slice(0, READ_BYTES);
        long reads = 0;
        for (; System.nanoTime() < endNanos; reads++) {
            long at = random.nextLong(geometry.extentBytes() / READ_BYTES) * READ_BYTES;
            if (!disk.readOnce(random.nextInt(geometry.extents()), at, buffer.clear())
                    .done()) {
                throw new IllegalStateException("a raw read failed");
            }
        }
        return reads;
    }
}
