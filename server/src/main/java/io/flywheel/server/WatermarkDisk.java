package io.flywheel.server;

import io.flywheel.base.Disk;
import io.flywheel.base.ForwardingDisk;

/// A disk that stops growing while the file system below still has some space: what is kept free belongs to the
/// namespace and to reclamation, without which nothing could be deleted from a full disk.
final class WatermarkDisk extends ForwardingDisk {
    private final long reservedBytes;

    /// @param reservedBytes of the file system below that extents never take
    WatermarkDisk(Disk disk, long reservedBytes) {
        super(disk);
        this.reservedBytes = reservedBytes;
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
    public long freeBytes() {
        return Math.max(0, disk.freeBytes() - reservedBytes);
    }
}
