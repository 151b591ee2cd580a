package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import org.jspecify.annotations.Nullable;

/// Gives the space of garbage back. An extent that holds live frames is evacuated first. The order is what keeps the
/// data: evacuate, persist, then reset, and only an extent from which the last checkpoint needs nothing, that nobody
/// reads and from which no stream is unfinished.
///
/// Garbage waits as long as there is space for it: the longer an extent waits, the more of it is garbage, and the
/// less has to be copied. While plenty is free, an extent is evacuated when half of it comes back; as free space
/// runs out, always the one from which the least has to be copied, down to those of which an eighth comes back.
final class Reclaimer {
    private static final System.Logger LOG = System.getLogger(Reclaimer.class.getName());
    /// Evacuating pays when at least this part of an extent comes back: while plenty of space is free, and when it
    /// is low.
    private static final double GARBAGE_SHARE = 0.5;

    private static final double GARBAGE_SHARE_MIN = 0.125;

    /// What is read of an extent before it is copied.
    private static final int WINDOW_BYTES = 1 << 20;

    private final Disk disk;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final ValueLog values;
    private final Reader reader;
    private final Checkpoints checkpoints;
    private final int frameBytesMax;
    private final ReadAhead ahead;
    private final Window pieceWindow;
    private final Tasks.Mutex stepping;
    private @Nullable Evacuation evacuation;
    private boolean ended;

    /// @param frameBytesMax the largest payload of a frame
    Reclaimer(
            Disk disk,
            Tasks tasks,
            Log log,
            Index index,
            ExtentTable extents,
            ValueLog values,
            Reader reader,
            Checkpoints checkpoints,
            int frameBytesMax) {
        this.disk = disk;
        this.log = log;
        this.index = index;
        this.extents = extents;
        this.values = values;
        this.reader = reader;
        this.checkpoints = checkpoints;
        this.frameBytesMax = frameBytesMax;
        this.stepping = tasks.mutex();
        int sectorBytes = disk.geometry().sectorBytes();
        int frameBytes = Frame.bytes(frameBytesMax) + 2 * sectorBytes;
        this.ahead = new ReadAhead(tasks, sectorBytes, windowBytes(disk.geometry(), frameBytes));
        this.pieceWindow = new Window(sectorBytes, frameBytes);
    }

    /// Room for several frames on extents of usual sizes, and always for one and what is read with it.
    private static int windowBytes(Disk.Geometry geometry, int frameBytes) {
        return Math.max((int) Math.min(WINDOW_BYTES, geometry.extentBytes() / 8), frameBytes + LiveFrames.AHEAD_BYTES);
    }

    /// Waits for a step under way, which a log that takes nothing more ends, and for the reads that it left; no step
    /// does anything afterwards.
    void end() {
        stepping.lock();
        try {
            ended = true;
            ahead.settle();
        } finally {
            stepping.unlock();
        }
    }

    /// What the next step is about.
    private sealed interface Choice {
        record Nothing() implements Choice {}

        record Checkpoint() implements Choice {}

        /// On a disk without a free extent: an extent of the index.
        record Release(int extent) implements Choice {}

        record Extent(int extent) implements Choice {}
    }

    /// Does a step, which goes through about so many bytes of an extent at most; false when there is nothing worth
    /// doing.
    boolean step(long bytesMax) {
        stepping.lock();
        try {
            boolean didSomething = false;
            try {
                didSomething = !ended && perform(bytesMax);
            } catch (IndexUnreadable unreadable) {
                LOG.log(System.Logger.Level.WARNING, "reclamation stops: {0}", unreadable.getMessage());
            }
            tell(didSomething);
            return didSomething;
        } finally {
            stepping.unlock();
        }
    }

    private void tell(boolean didSomething) {
        log.lock();
        try {
            if (didSomething) {
                log.pace().look();
            } else {
                log.pace().end();
            }
        } finally {
            log.unlock();
        }
    }

    private boolean perform(long bytesMax) {
        Choice choice;
        log.lock();
        try {
            if (log.isFenced() || extents.keepsAll()) {
                return false;
            }
            log.retryPreparing();
            var begun = evacuation;
            if (begun != null && begun.isCurrent()) {
                choice = new Choice.Extent(begun.extent());
            } else {
                evacuation = null;
                choice = choose();
            }
        } finally {
            log.unlock();
        }
        return switch (choice) {
            case Choice.Nothing() -> checkpoints.compact();
            case Choice.Checkpoint() -> checkpoints.write(false);
            case Choice.Release(var extent) -> finish(extent, checkpoints.release(extent));
            case Choice.Extent(var extent) ->
                extents.live(extent) == 0 ? reset(extent, true) : evacuate(extent, bytesMax);
        };
    }

    private boolean evacuate(int extent, long bytesMax) {
        var current = evacuation;
        if (current == null) {
            log.lock();
            try {
                log.pace().begin(extents.live(extent));
            } finally {
                log.unlock();
            }
            current = evacuation(extent);
        }
        // Should it fail, another extent may be the better choice.
        evacuation = null;
        return switch (current.run(bytesMax)) {
            case MORE -> {
                evacuation = current;
                yield true;
            }
            case EMPTY -> finish(extent, checkpoints.evacuate(extent));
            // The next step is about another extent.
            case DAMAGED -> true;
            case UNREADABLE, REFUSED -> false;
        };
    }

    /// Resets an extent of which the index was to be taken out, the last that was live there.
    private boolean finish(int extent, boolean isOut) {
        if (isOut) {
            return reset(extent, false) || !log.isFenced();
        }
        var damage = checkpoints.damageIn(extent);
        damage.ifPresent(page -> evacuation(extent).leave(new ShardStore.Read.Corrupt(page)));
        return damage.isPresent();
    }

    private Evacuation evacuation(int extent) {
        return new Evacuation(disk, log, index, extents, values, reader, ahead, pieceWindow, extent);
    }

    /// An extent that can be reset at once comes first; then, when no extent is free, one that comes back
    /// without a value being moved; then, on a tight disk, a checkpoint that sets more free than it writes; then
    /// the extent from which the least has to be copied.
    private Choice choose() {
        boolean tight = log.reserve().isLow();
        long threshold = threshold();
        long freedByCheckpoint = 0;
        int best = -1;
        boolean isLast = log.reserve().available() == 0;
        int released = -1;
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) != ExtentTable.State.CLOSED
                    || extents.unsealed(extent) > 0
                    || extents.isPinned(extent)
                    || (extents.isQuarantined(extent) && extents.live(extent) > 0)) {
                continue;
            }
            if (isEmpty(extent)) {
                return new Choice.Extent(extent);
            }
            boolean isLess = released < 0 || extents.live(extent) < extents.live(released);
            if (isLast && isLess && checkpoints.isOfIndex(extent)) {
                released = extent;
            }
            long listBytes = checkpoints.listBytes(extent);
            long copied = extents.live(extent) - listBytes;
            long garbage = extents.written(extent) - copied;
            // What was written since users last did something only copied or indexed values: to copy it again
            // would make as much garbage as it sets free, for ever.
            if (garbage < threshold || Long.compareUnsigned(extents.incarnation(extent), log.userIncarnation()) >= 0) {
                continue;
            }
            if (!isCovered(extent) || copied == 0) {
                freedByCheckpoint += garbage;
            } else if (best < 0 || extents.live(extent) < extents.live(best)) {
                best = extent;
            }
        }
        if (released >= 0) {
            return new Choice.Release(released);
        }
        boolean pays = freedByCheckpoint > 2 * checkpoints.bytesNeeded()
                && (tight || (best < 0 && checkpoints.uncoveredBytes() > 0));
        if (pays) {
            return new Choice.Checkpoint();
        }
        return best < 0 ? new Choice.Nothing() : new Choice.Extent(best);
    }

    /// Garbage that makes it worth to evacuate an extent. Some is there in every extent, where the next frame did
    /// not fit: without that, a full disk would be evacuated for ever.
    private long threshold() {
        long extentBytes = disk.geometry().extentBytes();
        long wasted = Frame.bytes(frameBytesMax) + 2L * disk.geometry().sectorBytes();
        double share = Math.max(
                GARBAGE_SHARE_MIN, GARBAGE_SHARE * (1 - 2 * log.reserve().pressure()));
        return Math.max((long) (extentBytes * share), wasted + extentBytes / 16);
    }

    private boolean isCovered(int extent) {
        return Long.compareUnsigned(extents.incarnation(extent), checkpoints.coveredIncarnation()) < 0;
    }

    /// @param isGain whether nothing was copied for it
    private boolean reset(int extent, boolean isGain) {
        ahead.settle();
        Dependency everything;
        log.lock();
        try {
            if (!isEmpty(extent)) {
                return false;
            }
            everything = log.everything();
        } finally {
            log.unlock();
        }
        // A delete that a crash may still undo must find its value where it was.
        if (!(everything.await() instanceof Persisted.Safe)) {
            return false;
        }
        log.lock();
        try {
            if (log.isFenced() || !isEmpty(extent)) {
                return false;
            }
            if (disk.reset(extent) instanceof Disk.Io.Failed(var cause)) {
                log.fence("an extent cannot be reset: " + cause.getMessage());
                return false;
            }
            extents.free(extent);
            if (isGain) {
                log.pace().freed();
            }
            log.retryPreparing();
            return true;
        } finally {
            log.unlock();
        }
    }

    private boolean isEmpty(int extent) {
        return extents.state(extent) == ExtentTable.State.CLOSED
                && extents.live(extent) == 0
                && extents.unsealed(extent) == 0
                && !extents.isPinned(extent)
                && (isCovered(extent) || Planted.RESETS_UNCOVERED.isOn());
    }
}
