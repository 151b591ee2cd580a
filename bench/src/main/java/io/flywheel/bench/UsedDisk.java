package io.flywheel.bench;

import io.flywheel.background.Compact;
import io.flywheel.background.WorkerDriver;
import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A disk with its engine and its reclamation, driven as the server drives it, under overwrites. What it counts is
/// counted from {@link #begin} on.
final class UsedDisk implements AutoCloseable {
    private static final UUID ID = new UUID(1, 2);
    /// As the server has it.
    private static final long RECLAIM_BYTES_PER_SECOND = 64 << 20;

    private final CountingDisk disk;
    private final DiskShardStore store;
    private final WorkerDriver driver;
    private final Overwriting overwriting;
    private long acceptedBytes;
    private long writtenBytes;
    private long readBytes;
    private double longestMillis;

    UsedDisk(Path folder, Disk.Geometry geometry, int callers) throws Exception {
        disk = new CountingDisk(FileDisk.open(Files.createDirectories(folder), geometry));
        var tasks = new ThreadTasks();
        var opened = DiskShardStore.open(disk, tasks, Options.of(ID, true, geometry));
        if (!(opened instanceof Opened.Ok(DiskShardStore engine, var _))) {
            throw new IllegalStateException(opened.toString());
        }
        store = engine;
        var clock = new SystemClock();
        driver = WorkerDriver.start(tasks, clock, 1, List.of(new Compact(store, clock, RECLAIM_BYTES_PER_SECOND)));
        overwriting = new Overwriting(store, callers);
    }

    /// Makes the values take so many bytes, draws them in this way from now on, and overwrites as many bytes as will
    /// spread garbage as it is after a long time.
    void begin(long bytes, Overwriting.Draw draw, long ageBytes) throws Exception {
        overwriting.fill(bytes);
        overwriting.draw(draw);
        overwriting.overwrite(ageBytes);
        acceptedBytes = 0;
        writtenBytes = 0;
        readBytes = 0;
        longestMillis = 0;
    }

    /// A measured round.
    Sample overwrite(Duration duration) throws Exception {
        long written = disk.writtenBytes();
        long read = disk.readBytes();
        var sample = overwriting.overwrite(duration);
        writtenBytes += disk.writtenBytes() - written;
        readBytes += disk.readBytes() - read;
        acceptedBytes += sample.bytes();
        longestMillis = Math.max(longestMillis, sample.latencyMicros().getMaxValue() / 1000.0);
        return sample;
    }

    /// Bytes written to the disk for each byte of a value that was accepted in measured rounds.
    double writeAmplification() {
        return (double) writtenBytes / acceptedBytes;
    }

    /// Bytes read from the disk for each byte of a value that was accepted in measured rounds.
    double readAmplification() {
        return (double) readBytes / acceptedBytes;
    }

    /// The longest overwrite of measured rounds.
    double longestMillis() {
        return longestMillis;
    }

    DiskShardStore store() {
        return store;
    }

    String description() {
        return disk.description();
    }

    @Override
    public void close() {
        driver.close();
        store.close();
        disk.close();
    }
}
