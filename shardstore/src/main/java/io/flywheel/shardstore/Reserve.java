package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.util.function.LongSupplier;

/// How much of a filling disk each kind of writer leaves to those before it, so that deletes and reclamation work
/// on a full disk and every crash of one can be recovered. Counts whole extents. Used under the log's mutex.
final class Reserve {
    /// Who appends; each kind leaves more of the disk to those before it.
    enum Kind {
        CHECKPOINT,
        COMPACT,
        EVACUATE,
        DELETE,
        PUT
    }

    private final Disk disk;
    private final ExtentTable extents;
    private long preparableExtents;
    private boolean noSpace;
    private LongSupplier indexExtents = () -> 1;

    Reserve(Disk disk, ExtentTable extents) {
        this.disk = disk;
        this.extents = extents;
        retry();
    }

    /// Whether a frame of this kind may go where it fits, or into the next extent when it does not fit this one.
    boolean allows(Kind kind, boolean fitsExtent) {
        return available() - (fitsExtent ? 0 : 1) >= floor(kind) || mayUseReserve(kind, fitsExtent);
    }

    /// On a full disk, a checkpoint may use what is left of the last extent: a crash before it counts gives that
    /// back. What reclamation copies may use all but one, which the next start needs: it sets free more than it
    /// takes.
    private boolean mayUseReserve(Kind kind, boolean fitsExtent) {
        return switch (kind) {
            case CHECKPOINT -> fitsExtent;
            case COMPACT, EVACUATE -> available() > (fitsExtent ? 0 : 1);
            case DELETE, PUT -> false;
        };
    }

    /// How many free extents a kind leaves to the others: two for the next starts, each of which needs a new
    /// extent after a crash, those of a checkpoint, and so on.
    long floor(Kind kind) {
        return switch (kind) {
            case CHECKPOINT -> 2;
            case COMPACT, EVACUATE -> indexExtents.getAsLong() + 2;
            case DELETE -> indexExtents.getAsLong() + 3;
            case PUT -> indexExtents.getAsLong() + 5;
        };
    }

    /// Says how many extents one checkpoint may need.
    void setIndexExtents(LongSupplier extentsNeeded) {
        indexExtents = extentsNeeded;
    }

    /// Free extents, also those that the file system would give.
    long available() {
        return extents.freePrepared() + preparable();
    }

    /// Free extents that the file system would give.
    long preparable() {
        return noSpace ? 0 : Math.min(extents.freeUnprepared(), Math.max(preparableExtents, 0));
    }

    /// The next extent to prepare so that a writer never waits for one; -1 when enough are, or none can be.
    int wantsPrepared() {
        return noSpace || extents.freePrepared() >= floor(Kind.PUT) + 2 ? -1 : extents.nextUnprepared();
    }

    /// Takes note of what preparing an extent came to.
    void prepared(int extent, Disk.Io io) {
        if (io.done()) {
            extents.setPrepared(extent);
        } else {
            noSpace = true;
        }
        preparableExtents = disk.freeBytes() / disk.geometry().extentBytes();
    }

    /// Lets the file system be asked for space again after it had none.
    void retry() {
        noSpace = false;
        preparableExtents = disk.freeBytes() / disk.geometry().extentBytes();
    }

    /// Bytes that a put could take now, when so much is left of the open extent.
    long freeBytes(long extentBytes, long restBytes) {
        long whole = available() - floor(Kind.PUT);
        return whole < 0 ? 0 : whole * extentBytes + Math.max(0, restBytes);
    }
}
