package io.flywheel.bench;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The same bytes on a disk without an engine: one writer takes whatever waits as one group commit; reads go to where
/// the bytes were written.
final class RawLoad {
    private static final int BATCH_BYTES_MAX = 4 << 20;
    private static final int READ_BYTES = 256 << 20;

    private final Disk disk;
    private final ByteBuffer batch;
    private int extent = -1;
    private long offsetBytes;

    RawLoad(Disk disk) {
        this.disk = disk;
        int sector = disk.geometry().sectorBytes();
        this.batch = ByteBuffer.allocateDirect(BATCH_BYTES_MAX + sector)
                .alignedSlice(sector)
                .limit(BATCH_BYTES_MAX)
                .slice();
        new Random(1).ints(0, 256).limit(batch.capacity()).forEach(value -> batch.put((byte) value));
    }

    Sample append(int bytes, int callers, Duration duration) throws Exception {
        return GroupCommits.run(callers, bytes, BATCH_BYTES_MAX / bytes, duration, count -> write(count * bytes));
    }

    private void write(int bytes) {
        var geometry = disk.geometry();
        if (extent < 0 || offsetBytes + bytes > geometry.extentBytes()) {
            extent = (extent + 1) % 16;
            offsetBytes = 0;
            require(disk.prepare(extent));
            require(disk.reset(extent));
        }
        require(disk.write(extent, offsetBytes, batch.duplicate().position(0).limit(bytes)));
        require(disk.flush());
        offsetBytes += bytes;
    }

    Sample read(int bytes, Duration duration) {
        var places = new ArrayList<long[]>();
        extent = -1;
        for (int held = 0; held < READ_BYTES; held += BATCH_BYTES_MAX) {
            write(BATCH_BYTES_MAX);
            for (long at = offsetBytes - BATCH_BYTES_MAX; at < offsetBytes; at += bytes) {
                places.add(new long[] {extent, at});
            }
        }
        return read(bytes, places, duration);
    }

    private Sample read(int bytes, List<long[]> places, Duration duration) {
        var destination = ByteBuffer.allocateDirect(bytes);
        // Direct writes leave nothing in the page cache.
        places.forEach(place -> require(disk.read((int) place[0], place[1], destination.clear())));
        var random = new Random(1);
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        long reads = 0;
        while (System.nanoTime() < end) {
            var place = places.get(random.nextInt(places.size()));
            require(disk.read((int) place[0], place[1], destination.clear()));
            reads++;
        }
        return Sample.untimed(
                reads, reads * bytes, ServerProcess.ownCpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
    }

    private static void require(Disk.Io io) {
        if (!io.done()) {
            throw new IllegalStateException(io.toString());
        }
    }
}
