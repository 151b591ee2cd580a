package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Gives the space of garbage back, one extent a step. An extent that holds live frames is evacuated first. The
/// order is what keeps the data: evacuate, persist, then reset, and only an extent from which the last checkpoint
/// needs nothing, that nobody reads and from which no stream is unfinished. What cannot be read is not garbage:
/// such an extent is left alone until all of its values are gone.
final class Reclaimer {
    private static final System.Logger LOG = System.getLogger(Reclaimer.class.getName());
    /// Evacuating pays when at least this part of an extent comes back, in eighths.
    private static final int GARBAGE_EIGHTHS = 2;

    private final Disk disk;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final ValueLog values;
    private final Reader reader;
    private final Checkpoints checkpoints;
    private final int frameBytesMax;
    private final Tasks.Mutex stepping;

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
    }

    /// What the next step is about.
    private sealed interface Choice {
        record Nothing() implements Choice {}

        record Checkpoint() implements Choice {}

        record Extent(int extent) implements Choice {}
    }

    /// False when there is nothing worth doing.
    boolean step() {
        stepping.lock();
        try {
            Choice choice;
            log.lock();
            try {
                if (log.isFenced() || extents.keepsAll()) {
                    return false;
                }
                log.retryPreparing();
                choice = choose();
            } finally {
                log.unlock();
            }
            return switch (choice) {
                case Choice.Nothing() -> checkpoints.compact();
                case Choice.Checkpoint() -> checkpoints.write(false);
                case Choice.Extent(var extent) -> (extents.live(extent) == 0 || evacuate(extent)) && reset(extent);
            };
        } catch (IndexUnreadable unreadable) {
            LOG.log(System.Logger.Level.WARNING, "reclamation stops: {0}", unreadable.getMessage());
            return false;
        } finally {
            stepping.unlock();
        }
    }

    /// An extent that can be reset at once comes first; then, on a tight disk, a checkpoint that sets more free
    /// than it writes; then the extent from which the least has to be copied.
    private Choice choose() {
        boolean tight = log.reserve().available() <= log.reserve().floor(Reserve.Kind.PUT) + 1;
        long threshold = threshold(tight);
        long freedByCheckpoint = 0;
        int best = -1;
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
        boolean pays = freedByCheckpoint > 2 * checkpoints.bytesNeeded()
                && (tight || (best < 0 && checkpoints.uncoveredBytes() > 0));
        if (pays) {
            return new Choice.Checkpoint();
        }
        return best < 0 ? new Choice.Nothing() : new Choice.Extent(best);
    }

    /// Garbage that makes it worth to evacuate an extent. Some is there in every extent, where the next frame did
    /// not fit: without that, a full disk would be evacuated for ever.
    private long threshold(boolean tight) {
        long wasted = Frame.bytes(frameBytesMax) + 2L * disk.geometry().sectorBytes();
        long eighth = disk.geometry().extentBytes() / 8;
        return Math.max(eighth * (tight ? 1 : GARBAGE_EIGHTHS), wasted + eighth / 2);
    }

    private boolean isCovered(int extent) {
        return Long.compareUnsigned(extents.incarnation(extent), checkpoints.coveredIncarnation()) < 0;
    }

    private boolean reset(int extent) {
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

    /// Copies every live frame to the log's end; false when something stood in the way.
    private boolean evacuate(int extent) {
        long incarnation = extents.incarnation(extent);
        long limitBytes = disk.geometry().extentBytes();
        int sectorBytes = disk.geometry().sectorBytes();
        var scanner = new Scanner(disk, extent, incarnation, limitBytes);
        for (long at = 0; at < limitBytes && extents.values(extent) > 0; ) {
            switch (scanner.at(at)) {
                case Scanner.Step.Found(var frame, var intact) -> {
                    boolean skipped = Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn() && frame.endBytes() % sectorBytes == 0;
                    if (!skipped && !move(frame, intact, scanner)) {
                        return false;
                    }
                    at = frame.endBytes();
                }
                case Scanner.Step.Nothing() -> at = (at / sectorBytes + 1) * sectorBytes;
                case Scanner.Step.Unreadable(var reason) -> {
                    return Planted.TAKES_UNREADABLE_FOR_GARBAGE.isOn() ? forget(extent) : abort(extent, reason);
                }
            }
        }
        if (extents.values(extent) > 0) {
            return Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn()
                    ? forget(extent)
                    : abort(extent, "live frames were not found");
        }
        return checkpoints.evacuate(extent);
    }

    /// What {@link Planted} bugs do instead of {@link #abort}.
    private boolean forget(int extent) {
        log.lock();
        try {
            extents.addValues(extent, -extents.values(extent));
        } finally {
            log.unlock();
        }
        return checkpoints.evacuate(extent);
    }

    private boolean abort(int extent, String reason) {
        LOG.log(System.Logger.Level.WARNING, "reclamation leaves extent {0} alone: {1}", extent, reason);
        log.lock();
        try {
            extents.quarantine(extent);
        } finally {
            log.unlock();
        }
        return false;
    }

    private boolean move(Frame frame, boolean intact, Scanner scanner) {
        var entry = index.find(frame.shard());
        if (entry == null) {
            return true;
        }
        return switch (frame.operation()) {
            case VALUE -> {
                if (!entry.isAt(frame.extent(), frame.offsetBytes())) {
                    yield true;
                }
                yield intact
                        ? isDone(frame.shard(), entry, values.move(frame.shard(), entry, scanner.payload(frame)))
                        : abort(frame.extent(), "a live value is damaged");
            }
            case SEAL ->
                !entry.isAt(frame.extent(), frame.offsetBytes()) || movePieces(frame.shard(), entry, frame.extent());
            case PIECE ->
                entry.shares().stream().noneMatch(share -> share.extent() == frame.extent())
                        || movePieces(frame.shard(), entry, frame.extent());
            case OPEN, PAD, END, DELETE, PAGE, TABLE_PAGE, TABLE_ROOT -> true;
        };
    }

    /// Moves the pieces of a value that are in an extent, and its manifest.
    private boolean movePieces(ShardId shard, Entry entry, int extent) {
        var moved = new ArrayList<Locator>();
        boolean sealed = false;
        reader.pin(entry);
        try {
            if (!(reader.manifest(shard, entry) instanceof Reader.Pieces.Found(var manifest))) {
                return !entry.isSame(index.find(shard)) || abort(extent, "a manifest cannot be read");
            }
            var pieces = new ArrayList<Locator>();
            int valueOffsetBytes = 0;
            for (var piece : manifest.pieces()) {
                if (piece.extent() == extent) {
                    var bytes = ByteBuffer.allocate(piece.payloadBytes());
                    if (!(reader.read(piece, 0, bytes) instanceof ShardStore.Read.Found)) {
                        return !entry.isSame(index.find(shard)) || abort(extent, "a live piece cannot be read");
                    }
                    var appended = values.appendPiece(Reserve.Kind.EVACUATE, shard, valueOffsetBytes, bytes.flip());
                    if (!(appended instanceof ValueLog.Piece.At(var at))) {
                        return false;
                    }
                    moved.add(at);
                    pieces.add(at);
                } else {
                    pieces.add(piece);
                }
                valueOffsetBytes += piece.payloadBytes();
            }
            var outcome = values.move(shard, entry, new Manifest(pieces), List.copyOf(moved));
            sealed = outcome instanceof ShardStore.Sealed.Accepted;
            return isDone(shard, entry, outcome);
        } finally {
            reader.unpin(entry);
            if (!sealed) {
                values.abandon(moved);
            }
        }
    }

    /// Whether nothing of the entry is left to move: also when it went in the meantime.
    private boolean isDone(ShardId shard, Entry entry, ShardStore.Sealed outcome) {
        return outcome instanceof ShardStore.Sealed.Accepted || (!log.isFenced() && !entry.isSame(index.find(shard)));
    }
}
