package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.ForwardingDisk;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// A disk that counts what is written to it. Zeros of extents that are prepared do not count.
final class CountingDisk extends ForwardingDisk {
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong readBytes = new AtomicLong();

    CountingDisk(Disk disk) {
        super(disk);
    }

    long writtenBytes() {
        return writtenBytes.get();
    }

    long readBytes() {
        return readBytes.get();
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        writtenBytes.addAndGet(source.remaining());
        return disk.write(extent, offsetBytes, source);
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        readBytes.addAndGet(destination.remaining());
        return disk.read(extent, offsetBytes, destination);
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        readBytes.addAndGet(destination.remaining());
        return disk.readOnce(extent, offsetBytes, destination);
    }

    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        int bytes = destination.remaining();
        boolean read = disk.readNow(extent, offsetBytes, destination);
        readBytes.addAndGet(read ? bytes : 0);
        return read;
    }
}
