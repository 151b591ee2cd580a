package io.flywheel.storage;

import io.flywheel.base.Disk;
import io.flywheel.base.ForwardingDisk;
import java.nio.ByteBuffer;

/// A disk that can be made slow, full or broken while it is used, to see what a fleet makes of it. Never part of a
/// disk unless an operator asks for it at the start.
public final class FaultyDisk extends ForwardingDisk {
    private final DiskFaults faults;

    public FaultyDisk(Disk disk, DiskFaults faults) {
        super(disk);
        this.faults = faults;
    }

    /// What is wrong with it.
    public DiskFaults faults() {
        return faults;
    }

    private boolean isFull() {
        return faults.now() instanceof DiskFault.Full;
    }

    @Override
    public Io prepare(int extent) {
        return prepareStart(extent, disk.geometry().extentBytes());
    }

    @Override
    public Io prepareStart(int extent, long bytes) {
        return isFull() && !disk.prepared(extent)
                ? new Io.NoSpace()
                : faults.writing(() -> disk.prepareStart(extent, bytes));
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        return faults.writing(() -> disk.write(extent, offsetBytes, source));
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        return faults.reading(() -> disk.read(extent, offsetBytes, destination), Io.Failed::new);
    }

    /// A disk with a fault has no reads that do not wait.
    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return faults.now() instanceof DiskFault.None && disk.readNow(extent, offsetBytes, destination);
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return faults.reading(() -> disk.readOnce(extent, offsetBytes, destination), Io.Failed::new);
    }

    @Override
    public Io flush() {
        return faults.writing(disk::flush);
    }

    @Override
    public Io reset(int extent) {
        return faults.writing(() -> disk.reset(extent));
    }

    @Override
    public long freeBytes() {
        return isFull() ? 0 : disk.freeBytes();
    }

    @Override
    public String description() {
        return faults.now() instanceof DiskFault.None
                ? disk.description()
                : disk.description() + ", with a fault on purpose";
    }
}
