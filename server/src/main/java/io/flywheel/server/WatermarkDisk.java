package io.flywheel.server;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;

/// A disk that stops growing while the file system below still has some space: what is kept free belongs to the
/// namespace and to reclamation, without which nothing could be deleted from a full disk.
final class WatermarkDisk implements Disk {
    private final Disk disk;
    private final long reservedBytes;

    /// @param reservedBytes of the file system below that extents never take
    WatermarkDisk(Disk disk, long reservedBytes) {
        this.disk = disk;
        this.reservedBytes = reservedBytes;
    }

    @Override
    public Geometry geometry() {
        return disk.geometry();
    }

    @Override
    public Io prepare(int extent) {
        return prepareStart(extent, disk.geometry().extentBytes());
    }

    @Override
    public Io prepareStart(int extent, long bytes) {
        if (!disk.prepared(extent) && freeBytes() < bytes) {
            return new Io.NoSpace();
        }
        return disk.prepareStart(extent, bytes);
    }

    @Override
    public boolean prepared(int extent) {
        return disk.prepared(extent);
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        return disk.write(extent, offsetBytes, source);
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        return disk.read(extent, offsetBytes, destination);
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return disk.readOnce(extent, offsetBytes, destination);
    }

    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return disk.readNow(extent, offsetBytes, destination);
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
        return Math.max(0, disk.freeBytes() - reservedBytes);
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
