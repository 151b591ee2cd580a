package io.flywheel.bench;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// A disk that counts what is written to it. Zeros of extents that are prepared do not count.
final class CountingDisk implements Disk {
    private final Disk disk;
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong readBytes = new AtomicLong();

    CountingDisk(Disk disk) {
        this.disk = disk;
    }

    long writtenBytes() {
        return writtenBytes.get();
    }

    long readBytes() {
        return readBytes.get();
    }

    @Override
    public Geometry geometry() {
        return disk.geometry();
    }

    @Override
    public Io prepare(int extent) {
        return disk.prepare(extent);
    }

    @Override
    public boolean prepared(int extent) {
        return disk.prepared(extent);
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

    @Override
    public Io flush() {
        return disk.flush();
    }

    @Override
    public Io reset(int extent) {
        return disk.reset(extent);
    }

    @Override
    public long freeBytes() {
        return disk.freeBytes();
    }

    @Override
    public String description() {
        return disk.description();
    }

    @Override
    public void close() {
        disk.close();
    }
}
