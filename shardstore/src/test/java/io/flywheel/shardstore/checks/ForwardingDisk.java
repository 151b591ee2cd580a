package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;

/// A disk that does what another does; planted bugs change a call of it. Every read is a {@link #read}, so that one
/// override changes them all.
public class ForwardingDisk extends io.flywheel.base.ForwardingDisk {
    public ForwardingDisk(Disk disk) {
        super(disk);
    }

    @Override
    public Io prepareStart(int extent, long bytes) {
        return prepare(extent);
    }

    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return false;
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return read(extent, offsetBytes, destination);
    }
}
