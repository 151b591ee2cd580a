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
    private final Tasks.Mutex stepping;

    Reclaimer(
            Disk disk,
            Tasks tasks,
            Log log,
            Index index,
            ExtentTable extents,
            ValueLog values,
            Reader reader,
            Checkpoints checkpoints) {
        this.disk = disk;
        this.log = log;
        this.index = index;
        this.extents = extents;
        this.values = values;
        this.reader = reader;
        this.checkpoints = checkpoints;
        this.stepping = tasks.mutex();
    }

    /// What the next step is about.
    private record Choice(int extent, boolean needsCheckpoint) {}

    /// False when there is nothing worth doing.
    boolean step() {
        stepping.lock();
        try {
            Choice choice;
            log.lock();
            try {
                if (log.isFenced()) {
                    return false;
                }
                log.retryPreparing();
                choice = choose();
            } finally {
                log.unlock();
            }
            if (choice.needsCheckpoint()) {
                return checkpoints.write(false);
            }
            if (choice.extent() < 0) {
                return false;
            }
            if (extents.live(choice.extent()) > 0 && !evacuate(choice.extent())) {
                return false;
            }
            return reset(choice.extent());
        } finally {
            stepping.unlock();
        }
    }

    /// The extent with the most garbage, one that can be reset now before one that needs a checkpoint first.
    private Choice choose() {
        boolean tight = log.reserve().available() <= log.reserve().floor(Reserve.Kind.PUT) + 1;
        long threshold = disk.geometry().extentBytes() / 8 * (tight ? 1 : GARBAGE_EIGHTHS);
        int best = -1;
        boolean blocked = false;
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) != ExtentTable.State.CLOSED
                    || extents.unsealed(extent) > 0
                    || extents.isPinned(extent)
                    || (extents.isQuarantined(extent) && extents.live(extent) > 0)) {
                continue;
            }
            long garbage = extents.written(extent) - extents.live(extent);
            if (garbage < threshold) {
                continue;
            }
            if (extents.pages(extent) > 0 || !isCovered(extent)) {
                blocked = true;
            } else if (best < 0 || extents.live(extent) < extents.live(best)) {
                best = extent;
            }
        }
        boolean evacuates = best >= 0 && extents.live(best) > 0;
        // On a tight disk, what a checkpoint sets free comes before what an evacuation has to copy.
        boolean checkpointFirst = blocked && checkpoints.uncoveredBytes() > 0 && (best < 0 || (tight && evacuates));
        return new Choice(best, checkpointFirst);
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
                && isCovered(extent);
    }

    /// Copies every live frame to the log's end; false when something stood in the way.
    private boolean evacuate(int extent) {
        long incarnation = extents.incarnation(extent);
        long limitBytes = disk.geometry().extentBytes();
        int sectorBytes = disk.geometry().sectorBytes();
        var scanner = new Scanner(disk, extent, incarnation, limitBytes);
        for (long at = 0; at < limitBytes && extents.live(extent) > 0; ) {
            switch (scanner.at(at)) {
                case Scanner.Step.Found(var frame, var intact) -> {
                    if (!move(frame, intact, scanner)) {
                        return false;
                    }
                    at = frame.endBytes();
                }
                case Scanner.Step.Nothing() -> at = (at / sectorBytes + 1) * sectorBytes;
                case Scanner.Step.Unreadable(var reason) -> {
                    return abort(extent, reason);
                }
            }
        }
        return extents.live(extent) == 0 || abort(extent, "live frames were not found");
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
            case OPEN, PAD, END, DELETE, PAGE -> true;
        };
    }

    /// Moves the pieces of a value that are in an extent, and its manifest.
    private boolean movePieces(ShardId shard, Entry entry, int extent) {
        var pinned = reader.pin(shard);
        if (pinned == null) {
            return true;
        }
        var moved = new ArrayList<Locator>();
        boolean sealed = false;
        try {
            if (pinned != entry) {
                return true;
            }
            if (!(reader.manifest(shard, entry) instanceof Reader.Pieces.Found(var manifest))) {
                return abort(extent, "a manifest cannot be read");
            }
            var pieces = new ArrayList<Locator>();
            int valueOffsetBytes = 0;
            for (var piece : manifest.pieces()) {
                if (piece.extent() == extent) {
                    var bytes = ByteBuffer.allocate(piece.payloadBytes());
                    if (!(reader.read(piece, 0, bytes) instanceof ShardStore.Read.Found)) {
                        return abort(extent, "a live piece cannot be read");
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
            reader.unpin(pinned);
            if (!sealed) {
                values.abandon(moved);
            }
        }
    }

    /// Whether nothing of the entry is left to move: also when it went in the meantime.
    private boolean isDone(ShardId shard, Entry entry, ShardStore.Sealed outcome) {
        return outcome instanceof ShardStore.Sealed.Accepted || (!log.isFenced() && index.find(shard) != entry);
    }
}
