package io.flywheel.shardstore;

import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts and removes values: one frame each in the log, and under the same mutex the index and the count of what is
/// live, so that all three agree on the order.
final class ValueLog {
    private final Log log;
    private final Index index;
    private final ExtentTable extents;

    /// What an append of a piece came to.
    sealed interface Piece {
        /// Its extent is not reset before {@link #seal} or {@link #abandon}.
        record At(Locator locator) implements Piece {}

        record Refused(ShardStore.Sealed why) implements Piece {}
    }

    ValueLog(Log log, Index index, ExtentTable extents) {
        this.log = log;
        this.index = index;
        this.extents = extents;
    }

    ShardStore.Sealed put(ShardId shard, ByteBuffer value) {
        return append(new Change(Reserve.Kind.PUT, Operation.VALUE, shard, Payload.of(value), null, null, List.of()));
    }

    ShardStore.Sealed seal(ShardId shard, Manifest manifest) {
        return append(new Change(
                Reserve.Kind.PUT,
                Operation.SEAL,
                shard,
                Payload.of(manifest.encode()),
                null,
                manifest,
                manifest.pieces()));
    }

    /// Puts the same value elsewhere, if {@code from} still says where it is; refused otherwise.
    ShardStore.Sealed move(ShardId shard, Entry from, ByteBuffer value) {
        return append(
                new Change(Reserve.Kind.EVACUATE, Operation.VALUE, shard, Payload.of(value), from, null, List.of()));
    }

    /// The same for a value in pieces, of which {@code moved} are new.
    ShardStore.Sealed move(ShardId shard, Entry from, Manifest manifest, List<Locator> moved) {
        var payload = Payload.of(manifest.encode());
        return append(new Change(Reserve.Kind.EVACUATE, Operation.SEAL, shard, payload, from, manifest, moved));
    }

    /// A frame that gives a shard another place.
    ///
    /// @param only the entry that must still be there, or null when any may be
    /// @param manifest for a value in pieces
    /// @param unsealed those of its pieces that no manifest listed before
    private record Change(
            Reserve.Kind kind,
            Operation operation,
            ShardId shard,
            Payload payload,
            @Nullable Entry only,
            @Nullable Manifest manifest,
            List<Locator> unsealed) {
        Entry entry(Locator at) {
            return manifest != null ? manifest.entry(at) : Entry.whole(at);
        }
    }

    /// The index is asked before the log's mutex is taken, since that may read the disk, and again when it
    /// changed.
    private ShardStore.Sealed append(Change change) {
        try {
            while (true) {
                var before = index.lookup(change.shard());
                if (change.only() != null && !change.only().isSame(before.entry()) && !Planted.MOVES_WHAT_WENT.isOn()) {
                    return new ShardStore.Sealed.Fenced("the value moved or went");
                }
                var sealed = append(change, before);
                if (sealed != null) {
                    return sealed;
                }
            }
        } catch (IndexUnreadable unreadable) {
            return new ShardStore.Sealed.Fenced(unreadable.message());
        }
    }

    /// Null when the index has changed.
    private ShardStore.@Nullable Sealed append(Change change, Index.Lookup before) {
        var shard = change.shard();
        boolean waited = change.kind() == Reserve.Kind.PUT;
        Log.Placed placed;
        log.lock();
        try {
            var room = log.awaitRoom(change.kind(), Frame.bytes(change.payload().length()));
            if (room != Log.Room.READY) {
                return refusal(room);
            }
            if (!index.isCurrent(shard, before)) {
                return null;
            }
            var old = before.entry();
            placed = log.place(change.operation(), shard, 0, change.payload(), old != null, waited);
            var entry = change.entry(placed.locator());
            extents.addEntry(entry, 1);
            index.put(shard, entry);
            if (old != null) {
                extents.addEntry(old, -1);
            }
            release(change.unsealed());
        } finally {
            log.unlock();
        }
        log.fill(placed, change.payload());
        return new ShardStore.Sealed.Accepted(placed.batch());
    }

    private void release(List<Locator> unsealed) {
        for (var piece : unsealed) {
            extents.addLive(piece.extent(), -piece.frameBytes());
            extents.addUnsealed(piece.extent(), -1);
        }
    }

    Piece appendPiece(Reserve.Kind kind, ShardId shard, int valueOffsetBytes, ByteBuffer bytes) {
        var payload = Payload.of(bytes);
        Log.Placed placed;
        log.lock();
        try {
            var room = log.awaitRoom(kind, Frame.bytes(payload.length()));
            if (room != Log.Room.READY) {
                return new Piece.Refused(refusal(room));
            }
            placed = log.place(Operation.PIECE, shard, valueOffsetBytes, payload, false, kind == Reserve.Kind.PUT);
            extents.addLive(placed.frame().extent(), placed.frame().frameBytes());
            extents.addUnsealed(placed.frame().extent(), 1);
        } finally {
            log.unlock();
        }
        log.fill(placed, payload);
        return new Piece.At(placed.locator());
    }

    /// Gives up pieces that will not be sealed.
    void abandon(List<Locator> pieces) {
        log.lock();
        try {
            release(pieces);
        } finally {
            log.unlock();
        }
    }

    ShardStore.Sealed delete(ShardId shard) {
        try {
            while (true) {
                var sealed = delete(shard, index.lookup(shard));
                if (sealed != null) {
                    return sealed;
                }
            }
        } catch (IndexUnreadable unreadable) {
            return new ShardStore.Sealed.Fenced(unreadable.message());
        }
    }

    /// Null when the index has changed.
    private ShardStore.@Nullable Sealed delete(ShardId shard, Index.Lookup before) {
        log.lock();
        try {
            var old = before.entry();
            if (old == null) {
                if (!index.isCurrent(shard, before)) {
                    return null;
                }
                return log.isFenced() ? refusal(Log.Room.FENCED) : new ShardStore.Sealed.Accepted(log.everything());
            }
            var removed = ByteBuffer.allocate(EntryFormat.bytesMax(old));
            EntryFormat.encode(old, removed);
            var payload = Payload.of(removed.flip());
            var room = log.awaitRoom(Reserve.Kind.DELETE, Frame.bytes(payload.length()));
            if (room != Log.Room.READY) {
                return refusal(room);
            }
            if (!index.isCurrent(shard, before)) {
                return null;
            }
            var placed = log.place(Operation.DELETE, shard, 0, payload, true, true);
            index.remove(shard);
            extents.addEntry(old, -1);
            log.fill(placed, payload);
            return new ShardStore.Sealed.Accepted(placed.batch());
        } finally {
            log.unlock();
        }
    }

    /// Whether what is written now is persistent only after {@code earlier}.
    boolean keepsInOrder(Dependency earlier) {
        return log.keepsInOrder(earlier);
    }

    ShardStore.Sealed flush() {
        log.lock();
        try {
            return log.isFenced() ? refusal(Log.Room.FENCED) : new ShardStore.Sealed.Accepted(log.everything());
        } finally {
            log.unlock();
        }
    }

    private ShardStore.Sealed refusal(Log.Room room) {
        return switch (room) {
            case FULL -> new ShardStore.Sealed.Full();
            case STUCK -> new ShardStore.Sealed.Fenced("the disk does not answer");
            case FENCED, READY -> new ShardStore.Sealed.Fenced(log.fenceReason());
        };
    }
}
