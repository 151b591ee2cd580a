package io.flywheel.bench;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.ForwardingDisk;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// A disk that moves so many bytes a second, reads and writes together, from when it is told to: what many disks of
/// one device are to a program as long as the device is not the limit. Zeros of extents that are prepared do not
/// count.
final class PacedDisk extends ForwardingDisk {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Tasks tasks;
    private final Clock clock;
    /// When all that was asked for so far would be done.
    private final AtomicLong doneNanos = new AtomicLong(Long.MIN_VALUE);

    private volatile long bytesPerSecond = Long.MAX_VALUE;

    PacedDisk(Disk disk, Tasks tasks, Clock clock) {
        super(disk);
        this.tasks = tasks;
        this.clock = clock;
    }

    void limit(long toBytesPerSecond) {
        doneNanos.set(clock.monotonicNanos());
        bytesPerSecond = toBytesPerSecond;
    }

    private boolean isLimited() {
        return bytesPerSecond != Long.MAX_VALUE;
    }

    private Io paced(long bytes, Io io) {
        if (isLimited()) {
            long costNanos = bytes * NANOS_PER_SECOND / bytesPerSecond;
            long now = clock.monotonicNanos();
            long done = doneNanos.updateAndGet(before -> Math.max(before, now) + costNanos);
            if (done > now) {
                tasks.sleep(Duration.ofNanos(done - now));
            }
        }
        return io;
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        int bytes = source.remaining();
        return paced(bytes, disk.write(extent, offsetBytes, source));
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        int bytes = destination.remaining();
        return paced(bytes, disk.read(extent, offsetBytes, destination));
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        int bytes = destination.remaining();
        return paced(bytes, disk.readOnce(extent, offsetBytes, destination));
    }

    /// A limited disk has no reads that do not wait.
    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return !isLimited() && disk.readNow(extent, offsetBytes, destination);
    }
}
