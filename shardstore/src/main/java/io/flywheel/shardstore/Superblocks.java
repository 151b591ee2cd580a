package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The two extents at the start of a disk that hold its superblocks, one copy each. Records are appended sector by
/// sector; the sector of the latest one is never written while its other copy is missing.
final class Superblocks {
    static final int COPIES = 2;
    private static final long REGION_BYTES_MAX = 1 << 20;

    private final Disk disk;
    private final int slots;
    /// The copy that is written first: one that is not the only holder of the latest record.
    private final int firstCopy;
    private int nextSlot;
    private Superblock latest;

    private Superblocks(Disk disk, Superblock latest, int firstCopy) {
        this.disk = disk;
        this.slots = (int) (regionBytes(disk) / disk.geometry().sectorBytes());
        this.latest = latest;
        this.firstCopy = firstCopy;
    }

    /// What the start of a disk turned out to be.
    sealed interface Found {
        record Latest(Superblocks superblocks) implements Found {}

        /// Nothing was ever stored here.
        record Blank() implements Found {}

        record Unusable(String message) implements Found {}
    }

    static Found read(Disk disk) {
        var geometry = disk.geometry();
        Superblock latest = null;
        int holder = 0;
        boolean anyPrepared = false;
        boolean other = false;
        for (int copy = 0; copy < COPIES; copy++) {
            if (!disk.prepared(copy)) {
                continue;
            }
            anyPrepared = true;
            var region = ByteBuffer.allocate((int) regionBytes(disk));
            if (disk.read(copy, 0, region) instanceof Disk.Io.Failed(var cause)) {
                return new Found.Unusable("the superblock cannot be read: " + cause.getMessage());
            }
            region.flip();
            for (int at = 0; at < region.limit(); at += geometry.sectorBytes()) {
                switch (Superblock.decode(region, at)) {
                    case Superblock.Decoded.Valid(var found) -> {
                        if (latest == null || found.sequence() > latest.sequence()) {
                            latest = found;
                            holder = copy;
                        }
                    }
                    case Superblock.Decoded.Unsupported(var version) -> {
                        return new Found.Unusable("the disk has format " + version + ", this software knows format "
                                + Superblock.VERSION + ": open it with the software that wrote it and copy what it"
                                + " holds, or empty the disk");
                    }
                    case Superblock.Decoded.Invalid() -> other |= !isZero(region, at, geometry.sectorBytes());
                }
            }
        }
        if (latest != null) {
            return latest.geometry().equals(geometry)
                    ? new Found.Latest(new Superblocks(disk, latest, COPIES - 1 - holder))
                    : new Found.Unusable("the disk was made with " + latest.geometry() + ", not with " + geometry);
        }
        if (anyPrepared && other) {
            return new Found.Unusable("the disk holds something, but no valid superblock");
        }
        for (int extent = COPIES; extent < geometry.extents(); extent++) {
            if (disk.prepared(extent)) {
                return new Found.Unusable("the disk holds extents, but no superblock");
            }
        }
        return new Found.Blank();
    }

    private static boolean isZero(ByteBuffer region, int at, int length) {
        for (int index = at; index < at + length; index++) {
            if (region.get(index) != 0) {
                return false;
            }
        }
        return true;
    }

    /// Prepares a blank disk and writes its first superblock; returns null when that worked, else the reason.
    static @Nullable String format(Disk disk, Superblock first) {
        for (int copy = 0; copy < COPIES; copy++) {
            switch (disk.prepareStart(copy, regionBytes(disk))) {
                case Disk.Io.Done() -> {}
                case Disk.Io.NoSpace() -> {
                    return "no space for the superblocks";
                }
                case Disk.Io.Failed(var cause) -> {
                    return "the superblocks' extent cannot be made: " + cause.getMessage();
                }
            }
        }
        var superblocks = new Superblocks(disk, first, 0);
        return superblocks.write(first) instanceof Disk.Io.Failed(var cause)
                ? "the superblock cannot be written: " + cause.getMessage()
                : null;
    }

    Superblock latest() {
        return latest;
    }

    /// Makes a record the latest; persistent on return. One task at a time.
    Disk.Io write(Superblock next) {
        boolean wraps = nextSlot % slots == 0;
        long offsetBytes = (long) (nextSlot % slots) * disk.geometry().sectorBytes();
        for (int turn = 0; turn < COPIES; turn++) {
            int copy = (firstCopy + turn) % COPIES;
            Disk.Io io = wraps ? disk.reset(copy) : new Disk.Io.Done();
            if (io.done()) {
                io = disk.write(copy, offsetBytes, next.encode());
            }
            if (io.done()) {
                io = disk.flush();
            }
            if (!io.done()) {
                return io;
            }
        }
        nextSlot++;
        latest = next;
        return new Disk.Io.Done();
    }

    private static long regionBytes(Disk disk) {
        return Math.min(REGION_BYTES_MAX, disk.geometry().extentBytes());
    }
}
