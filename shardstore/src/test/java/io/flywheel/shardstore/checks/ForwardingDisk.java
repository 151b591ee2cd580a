package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;

/// A disk that does what another does; planted bugs change a call of it.
public class ForwardingDisk implements Disk {
    private final Disk disk;

    public ForwardingDisk(Disk disk) {
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
