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

    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final ValueLog values;
    private final Reader reader;
    private final int extent;
    private final long incarnation;
    private final long limitBytes;
    private final int sectorBytes;
    private final Scanner scanner;
    private long at;
    /// Why it came to an early end.
    private Outcome end = Outcome.REFUSED;

    Evacuation(Disk disk, Log log, Index index, ExtentTable extents, ValueLog values, Reader reader, int extent) {
        this.log = log;
        this.index = index;
        this.extents = extents;
        this.values = values;
        this.reader = reader;
        this.extent = extent;
        this.incarnation = extents.incarnation(extent);
        this.limitBytes = disk.geometry().extentBytes();
        this.sectorBytes = disk.geometry().sectorBytes();
        this.scanner = new Scanner(disk, extent, incarnation, limitBytes);
    }

    int extent() {
        return extent;
    }

    /// Whether the extent still lives the life that it had. With the log's mutex held.
    boolean isCurrent() {
        return extents.state(extent) == ExtentTable.State.CLOSED && extents.incarnation(extent) == incarnation;
    }

    /// Goes through about the next {@code bytesMax} of the extent.
    Outcome run(long bytesMax) {
        try {
            return go(bytesMax);
        } catch (IndexUnreadable unreadable) {
            // What the index cannot tell of may be live.
            return leave(unreadable.read());
        }
    }

    private Outcome go(long bytesMax) {
        long from = at;
        while (at < limitBytes && extents.values(extent) > 0) {
            if (at - from >= bytesMax) {
                return Outcome.MORE;
            }
            switch (scanner.header(at)) {
                case Scanner.Step.Found(var frame, var _) -> {
                    boolean skipped = Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn() && frame.endBytes() % sectorBytes == 0;
                    if (!skipped && !move(frame)) {
                        return end;
                    }
                    at = frame.endBytes();
                }
                case Scanner.Step.Nothing() -> at = (at / sectorBytes + 1) * sectorBytes;
                case Scanner.Step.Unreadable(var reason) -> {
                    if (Planted.TAKES_UNREADABLE_FOR_GARBAGE.isOn()) {
                        forget();
                        return Outcome.EMPTY;
                    }
                    return leave(new ShardStore.Read.Failed(reason));
                }
            }
        }
        if (extents.values(extent) > 0) {
            if (Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn()) {
                forget();
                return Outcome.EMPTY;
            }
            return leave(new ShardStore.Read.Corrupt("live frames were not found"));
        }
        return Outcome.EMPTY;
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

    private boolean move(Frame frame) {
        var entry = index.find(frame.shard());
        if (entry == null) {
            return true;
        }
        return switch (frame.operation()) {
            case VALUE -> !entry.isAt(frame.extent(), frame.offsetBytes()) || moveValue(frame, entry);
            case SEAL -> !entry.isAt(frame.extent(), frame.offsetBytes()) || movePieces(frame.shard(), entry);
            case PIECE ->
                entry.shares().stream().noneMatch(share -> share.extent() == extent)
                        || movePieces(frame.shard(), entry);
            case OPEN, PAD, END, DELETE, PAGE, TABLE_PAGE, TABLE_ROOT -> true;
        };
    }

    private boolean moveValue(Frame frame, Entry entry) {
        return switch (scanner.at(frame.offsetBytes())) {
            case Scanner.Step.Found(var _, var intact) ->
                intact
                        ? isDone(frame.shard(), entry, values.move(frame.shard(), entry, scanner.payload(frame)))
                        : abort(damaged(frame));
            case Scanner.Step.Nothing() -> abort(damaged(frame));
            case Scanner.Step.Unreadable(var reason) -> abort(new ShardStore.Read.Failed(reason));
        };
    }

    private static ShardStore.Read damaged(Frame frame) {
        return new ShardStore.Read.Corrupt("the value of " + frame.shard() + " at offset " + frame.offsetBytes());
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
                    var bytes = ByteBuffer.allocate(piece.payloadBytes());
                    var read = reader.read(piece, 0, bytes);
                    if (!(read instanceof ShardStore.Read.Found)) {
                        return !entry.isSame(index.find(shard)) || abort(read);
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
