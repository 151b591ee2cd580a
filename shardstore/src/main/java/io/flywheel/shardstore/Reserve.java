package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// How much of a filling disk each kind of writer leaves to those before it, so that deletes and reclamation work
/// on a full disk and every crash of one can be recovered. Counts whole extents. Used under the log's mutex.
final class Reserve {
    /// Who appends; each kind leaves more of the disk to those before it.
    enum Kind {
        CHECKPOINT,
        /// A checkpoint that is sure to set an extent free.
        RELEASE,
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
    private BooleanSupplier checkpointFrees = () -> false;

    Reserve(Disk disk, ExtentTable extents) {
        this.disk = disk;
        this.extents = extents;
        retry();
    }

    /// Whether a frame of this kind may go where it fits, or into the next extent when it does not fit this one.
    boolean allows(Kind kind, boolean fitsExtent) {
        return available() - (fitsExtent ? 0 : 1) >= floor(kind) || mayUseReserve(kind, fitsExtent);
    }

    /// On a full disk, checkpoints and what reclamation copies may use all free extents but one, which the next
    /// start needs: they set free more than they take. A crash before a checkpoint counts gives back what it
    /// took, one after it does not: when no extent is free, it must set one free, or the next start finds none.
    private boolean mayUseReserve(Kind kind, boolean fitsExtent) {
        return switch (kind) {
            case CHECKPOINT -> available() > (fitsExtent ? 0 : 1) || (fitsExtent && mayTakeTheLast());
            case RELEASE -> fitsExtent || available() > 1;
            case COMPACT, EVACUATE -> available() > (fitsExtent ? 0 : 1);
            case DELETE, PUT -> false;
        };
    }

    private boolean mayTakeTheLast() {
        return checkpointFrees.getAsBoolean() || Planted.TAKES_THE_LAST_EXTENT.isOn();
    }

    /// How many free extents a kind leaves to the others: two for the next starts, each of which needs a new
    /// extent after a crash, those of a checkpoint, and so on.
    long floor(Kind kind) {
        return switch (kind) {
            case CHECKPOINT, RELEASE -> 2;
            case COMPACT, EVACUATE -> indexExtents.getAsLong() + 2;
            case DELETE -> indexExtents.getAsLong() + 3;
            case PUT -> indexExtents.getAsLong() + 5;
        };
    }

    /// Whether so little is free that puts keep the pace of reclamation: at most a margin above what they must leave.
    boolean isLow() {
        return available() <= floor(Kind.PUT) + margin();
    }

    /// How much reclamation is wanted: 1 at two margins or less, so that it is well under way before anybody has to
    /// wait, 0 at three or more.
    double pressure() {
        double margins = (double) (available() - floor(Kind.PUT)) / margin();
        return Math.clamp(3 - margins, 0, 1);
    }

    /// A number of extents. A larger margin leaves less of the disk to garbage, so that more is copied for each byte
    /// that is set free; a smaller one is used up sooner by a burst of writes.
    private long margin() {
        return Math.clamp(extents.count() / 256, 2, 16);
    }

    /// Says how many extents one checkpoint may need, and whether it would set one free.
    void setCheckpoint(LongSupplier extentsNeeded, BooleanSupplier setsFree) {
        indexExtents = extentsNeeded;
        checkpointFrees = setsFree;
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
