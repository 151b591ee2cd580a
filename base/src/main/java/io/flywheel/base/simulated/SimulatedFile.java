package io.flywheel.base.simulated;

import io.flywheel.base.Disk;
import io.flywheel.base.WholeFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A file that outlives the process, as far as the test lets it.
public final class SimulatedFile implements WholeFile {
    private byte @Nullable [] bytes;
    private Fault fault = Fault.NONE;

    /// What the disk below does.
    public enum Fault {
        NONE,
        /// Nothing is read or written.
        FAILS,
        /// Nothing is written.
        WRITES_FAIL,
        /// What is written is persistent, but an error is reported.
        FAILS_AFTERWARDS
    }

    public void set(Fault changed) {
        fault = changed;
    }

    /// Loses what it has, as a disk that was replaced by an empty one.
    public void lose() {
        bytes = null;
    }

    /// Flips a bit.
    public void damage(int bit) {
        if (bytes != null && bytes.length > 0) {
            bytes[bit / 8 % bytes.length] ^= (byte) (1 << bit % 8);
        }
    }

    @Override
    public Read read(int bytesMax) {
        if (fault == Fault.FAILS) {
            return new Read.Failed(new IOException("the disk fails"));
        }
        if (bytes == null) {
            return new Read.Missing();
        }
        return bytes.length > bytesMax
                ? new Read.Failed(new IOException("more than " + bytesMax + " bytes"))
                : new Read.Whole(bytes.clone());
    }

    @Override
    public Disk.Io replace(byte[] replacement) {
        if (fault == Fault.NONE || fault == Fault.FAILS_AFTERWARDS) {
            bytes = replacement.clone();
        }
        return fault == Fault.NONE ? new Disk.Io.Done() : new Disk.Io.Failed(new IOException("the disk fails"));
    }
}
