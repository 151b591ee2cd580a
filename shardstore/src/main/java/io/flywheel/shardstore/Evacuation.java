package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Copies the live values of one extent to the log's end, a part at a time. What cannot be read is not garbage: the
/// extent is left alone then until all of its values are gone.
final class Evacuation {
    private static final System.Logger LOG = System.getLogger(Evacuation.class.getName());

    /// What a part came to.
    enum Outcome {
        /// There is more to copy.
        MORE,
        /// No live value is left.
        EMPTY,
        /// Something in the extent is damaged.
        DAMAGED,
        /// The disk does not let something of the extent be read.
        UNREADABLE,
        /// The disk takes no more.
        REFUSED
    }

    private final Disk disk;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final ValueLog values;
    private final Reader reader;
    private final int extent;
    private final long incarnation;
    private final ReadAhead ahead;
    private final Window pieceWindow;
    /// Why it came to an early end.
    private Outcome end = Outcome.REFUSED;

    Evacuation(
            Disk disk,
            Log log,
            Index index,
            ExtentTable extents,
            ValueLog values,
            Reader reader,
            ReadAhead ahead,
            Window pieceWindow,
            int extent) {
        this.disk = disk;
        this.log = log;
        this.index = index;
        this.extents = extents;
        this.values = values;
        this.reader = reader;
        this.ahead = ahead;
        this.pieceWindow = pieceWindow;
        this.extent = extent;
        this.incarnation = extents.incarnation(extent);
        ahead.begin(parts());
    }

    int extent() {
        return extent;
    }

    /// Whether the extent still lives the life that it had. With the log's mutex held.
    boolean isCurrent() {
        return extents.state(extent) == ExtentTable.State.CLOSED && extents.incarnation(extent) == incarnation;
    }

    private List<LiveFrames> parts() {
        var parts = new ArrayList<LiveFrames>();
        long from = 0;
        for (long end : extents.partEnds(extent)) {
            parts.add(new LiveFrames(disk, index, extent, incarnation, from, end));
            from = end;
        }
        return parts;
    }

    /// Goes through about the next {@code bytesMax} of the extent.
    Outcome run(long bytesMax) {
        var outcome = Outcome.REFUSED;
        try {
            outcome = go(bytesMax);
            return outcome;
        } catch (IndexUnreadable unreadable) {
            // What the index cannot tell of may be live.
            return leave(unreadable.read());
        } finally {
            if (outcome != Outcome.MORE) {
                ahead.settle();
            }
        }
    }

    private Outcome go(long bytesMax) {
        for (long walked = 0; extents.values(extent) > 0; ) {
            if (walked >= bytesMax) {
                return Outcome.MORE;
            }
            var window = ahead.next();
            if (window == null) {
                break;
            }
            walked += window.walkedBytes();
            for (var found : window.found()) {
                if (!move(found, window)) {
                    return end;
                }
            }
            switch (window.end()) {
                case Window.End.Full(), Window.End.Finished() -> {}
                case Window.End.Unknown(var cause) -> throw cause;
                case Window.End.Unreadable(var reason) -> {
                    if (Planted.TAKES_UNREADABLE_FOR_GARBAGE.isOn()) {
                        forget();
                        return Outcome.EMPTY;
                    }
                    return leave(new ShardStore.Read.Failed(reason));
                }
            }
        }
        if (hasValues()) {
            if (Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn()) {
                forget();
                return Outcome.EMPTY;
            }
            return leave(new ShardStore.Read.Corrupt("live frames were not found"));
        }
        return Outcome.EMPTY;
    }

    /// Asked under the mutex: without it a value may have left the index and still count.
    private boolean hasValues() {
        log.lock();
        try {
            return extents.values(extent) > 0;
        } finally {
            log.unlock();
        }
    }

    /// What {@link Planted} bugs do instead of {@link #leave}.
    private void forget() {
        log.lock();
        try {
            extents.addValues(extent, -extents.values(extent));
        } finally {
            log.unlock();
        }
    }

    /// Keeps reclamation away from the extent.
    ///
    /// @param why what a read came to
    Outcome leave(ShardStore.Read why) {
        String reason = switch (why) {
            case ShardStore.Read.Corrupt(var where) -> "damaged: " + where;
            case ShardStore.Read.Failed(var cause) -> "unreadable: " + cause;
            case ShardStore.Read.Found(), ShardStore.Read.Missing() -> "gone";
        };
        LOG.log(System.Logger.Level.WARNING, "reclamation leaves extent {0} alone: {1}", extent, reason);
        log.lock();
        try {
            extents.quarantine(extent, reason);
        } finally {
            log.unlock();
        }
        end = why instanceof ShardStore.Read.Failed ? Outcome.UNREADABLE : Outcome.DAMAGED;
        return end;
    }

    /// False, for those who return what they could do.
    private boolean abort(ShardStore.Read why) {
        leave(why);
        return false;
    }

    private boolean move(Window.Found found, Window window) {
        var frame = found.frame();
        if (frame.operation() == Operation.VALUE) {
            return moveValue(frame, found.entry(), window.frame(found));
        }
        // Frames before may have been of the same value.
        var entry = index.find(frame.shard());
        return entry == null || !entry.needs(frame) || movePieces(frame.shard(), entry);
    }

    private boolean moveValue(Frame frame, Entry entry, ByteBuffer bytes) {
        var shard = frame.shard();
        if (!Payload.verify(frame, bytes)) {
            return !entry.isSame(index.find(shard)) || abort(damaged(shard, frame.offsetBytes()));
        }
        var payload = bytes.slice((int) (frame.payloadOffsetBytes() - frame.offsetBytes()), frame.payloadBytes());
        return isDone(shard, entry, values.move(shard, entry, payload));
    }

    private static ShardStore.Read damaged(ShardId shard, long offsetBytes) {
        return new ShardStore.Read.Corrupt("the value of " + shard + " at offset " + offsetBytes);
    }

    private static ShardStore.Read failed(StoredFrame read, ShardId shard, Locator at) {
        return read instanceof StoredFrame.Unreadable(var reason)
                ? new ShardStore.Read.Failed(reason)
                : damaged(shard, at.offsetBytes());
    }

    /// Moves the pieces of a value that are in the extent, and its manifest.
    private boolean movePieces(ShardId shard, Entry entry) {
        var moved = new ArrayList<Locator>();
        boolean sealed = false;
        reader.pin(entry);
        try {
            Manifest manifest;
            switch (reader.manifest(shard, entry)) {
                case Reader.Pieces.Found(var found) -> manifest = found;
                case Reader.Pieces.Bad(var why) -> {
                    return !entry.isSame(index.find(shard)) || abort(why);
                }
            }
            var pieces = new ArrayList<Locator>();
            int valueOffsetBytes = 0;
            for (var piece : manifest.pieces()) {
                if (piece.extent() == extent) {
                    var read = StoredFrame.readOnce(disk, piece, Operation.PIECE, pieceWindow);
                    if (!(read instanceof StoredFrame.Intact(var bytes))) {
                        return !entry.isSame(index.find(shard)) || abort(failed(read, shard, piece));
                    }
                    var appended = values.appendPiece(Reserve.Kind.EVACUATE, shard, valueOffsetBytes, bytes);
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
