package io.flywheel.base;

import java.nio.ByteBuffer;

/// A disk that does what another does, but for what is overridden. It forwards every call, also those that the port has
/// defaults for: a default would make a whole extent of the start of one, and send reads through the caches.
public abstract class ForwardingDisk implements Disk {
    /// The other.
    protected final Disk disk;

    protected ForwardingDisk(Disk disk) {
        this.disk = disk;
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
    public Io prepareStart(int extent, long bytes) {
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
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return disk.readNow(extent, offsetBytes, destination);
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return disk.readOnce(extent, offsetBytes, destination);
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
