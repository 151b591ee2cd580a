package io.flywheel.bench;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// The same bytes on a disk without an engine: one writer takes whatever waits as one group commit; reads go to where
/// the bytes were written.
final class RawLoad {
    private static final int BATCH_BYTES_MAX = 4 << 20;
    /// Used in turn.
    private static final int EXTENTS = 64;

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
            extent = (extent + 1) % EXTENTS;
            offsetBytes = 0;
            require(disk.prepare(extent));
            require(disk.reset(extent));
        }
        require(disk.write(extent, offsetBytes, batch.duplicate().position(0).limit(bytes)));
        require(disk.flush());
        offsetBytes += bytes;
    }

    /// One caller reads at random, again and again, out of the page cache.
    Sample read(int bytes, Duration duration) {
        var places = fill(bytes, EngineLoad.READ_BYTES);
        var destination = ByteBuffer.allocateDirect(bytes);
        // Direct writes leave nothing in the page cache.
        places.forEach(place -> read(place, destination));
        var random = new Random(1);
        long end = System.nanoTime() + duration.toNanos();
        return Sample.here(bytes, () -> {
            long reads = 0;
            while (System.nanoTime() < end) {
                read(places.get(random.nextInt(places.size())), destination);
                reads++;
            }
            return reads;
        });
    }

    /// One caller reads each place once from the device.
    Sample readCold(int bytes) {
        var places = fill(bytes, EngineLoad.COLD_BYTES);
        Collections.shuffle(places, new Random(1));
        var destination = ByteBuffer.allocateDirect(bytes);
        return Sample.here(bytes, () -> {
            places.forEach(place -> read(place, destination));
            return places.size();
        });
    }

    private record Place(int extent, long offsetBytes) {}

    private List<Place> fill(int bytes, long totalBytes) {
        var places = new ArrayList<Place>();
        extent = -1;
        for (long held = 0; held < totalBytes; held += BATCH_BYTES_MAX) {
            write(BATCH_BYTES_MAX);
            for (long at = offsetBytes - BATCH_BYTES_MAX; at < offsetBytes; at += bytes) {
                places.add(new Place(extent, at));
            }
        }
        return places;
    }

    private void read(Place place, ByteBuffer destination) {
        require(disk.read(place.extent(), place.offsetBytes(), destination.clear()));
    }

    private static void require(Disk.Io io) {
        if (!io.done()) {
            throw new IllegalStateException(io.toString());
        }
    }
}
