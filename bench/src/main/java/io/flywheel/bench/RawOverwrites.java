package io.flywheel.bench;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;

/// The bytes of overwrites in group commits, without an engine: callers in a closed loop, one writer that takes
/// whatever waits as one write, one extent after another over the whole disk.
final class RawOverwrites {
    private final Disk disk;
    private final int callers;
    private final ByteBuffer batch;
    private final SplittableRandom random = new SplittableRandom(3);
    private int extent = -1;
    private long offsetBytes;
    private long acceptedBytes;
    private long longestNanos;

    RawOverwrites(Disk disk, int callers) {
        this.disk = disk;
        this.callers = callers;
        int sector = disk.geometry().sectorBytes();
        int bytes = callers * ValueMix.BYTES_MAX;
        this.batch = ByteBuffer.allocateDirect(bytes + sector)
                .alignedSlice(sector)
                .limit(bytes)
                .slice();
        var noise = new byte[bytes];
        new Random(1).nextBytes(noise);
        batch.put(noise).clear();
    }

    Sample run(Duration duration) throws Exception {
        acceptedBytes = 0;
        var sample = GroupCommits.run(callers, 1, callers, duration, this::commit);
        return Sample.untimed(sample.operations(), acceptedBytes, sample.cpuSeconds(), sample.wallSeconds());
    }

    /// Writes the whole disk once.
    void fill() {
        for (int at = 0; at < disk.geometry().extents(); at++) {
            require(disk.prepare(at));
            for (long offset = 0; offset < disk.geometry().extentBytes(); offset += ValueMix.BYTES_MAX) {
                require(disk.write(at, offset, batch.duplicate().limit(ValueMix.BYTES_MAX)));
            }
        }
        require(disk.flush());
    }

    double longestMillis() {
        return longestNanos / 1e6;
    }

    private void commit(int values) {
        int bytes = 0;
        for (int value = 0; value < values; value++) {
            bytes += ValueMix.size(random);
        }
        long begin = System.nanoTime();
        var geometry = disk.geometry();
        if (extent < 0 || offsetBytes + bytes > geometry.extentBytes()) {
            extent = (extent + 1) % geometry.extents();
            offsetBytes = 0;
            require(disk.prepare(extent));
            require(disk.reset(extent));
        }
        require(disk.write(extent, offsetBytes, batch.duplicate().limit(bytes)));
        require(disk.flush());
        offsetBytes += bytes;
        acceptedBytes += bytes;
        longestNanos = Math.max(longestNanos, System.nanoTime() - begin);
    }

    private static void require(Disk.Io io) {
        if (!io.done()) {
            throw new IllegalStateException(io.toString());
        }
    }
}
