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
        return append(Reserve.Kind.PUT, Operation.VALUE, shard, Payload.of(value), null, null, List.of());
    }

    ShardStore.Sealed seal(ShardId shard, Manifest manifest) {
        return append(
                Reserve.Kind.PUT, Operation.SEAL, shard, Payload.of(manifest.encode()), null, manifest, manifest.pieces());
    }

    /// Puts the same value elsewhere, if {@code from} still says where it is; refused otherwise.
    ShardStore.Sealed move(ShardId shard, Entry from, ByteBuffer value) {
        return append(Reserve.Kind.EVACUATE, Operation.VALUE, shard, Payload.of(value), from, null, List.of());
    }

    /// The same for a value in pieces, of which {@code moved} are new.
    ShardStore.Sealed move(ShardId shard, Entry from, Manifest manifest, List<Locator> moved) {
        return append(Reserve.Kind.EVACUATE, Operation.SEAL, shard, Payload.of(manifest.encode()), from, manifest, moved);
    }

    /// @param only the entry that must still be there, or null when any may be
    /// @param manifest for a value in pieces
    /// @param unsealed those of its pieces that no manifest listed before
    private ShardStore.Sealed append(
            Reserve.Kind kind,
            Operation operation,
            ShardId shard,
            Payload payload,
            @Nullable Entry only,
            @Nullable Manifest manifest,
            List<Locator> unsealed) {
        Log.Placed placed;
        log.lock();
        try {
            var room = log.awaitRoom(kind, Frame.bytes(payload.length()));
            if (room != Log.Room.READY) {
                return refusal(room);
            }
            if (only != null && index.find(shard) != only) {
                return new ShardStore.Sealed.Fenced("the value moved or went");
            }
            placed = log.place(operation, shard, 0, payload);
            var entry = manifest != null ? manifest.entry(placed.locator()) : Entry.whole(placed.locator());
            extents.addEntry(entry, 1);
            var before = index.put(shard, entry);
            if (before != null) {
                extents.addEntry(before, -1);
            }
            release(unsealed);
        } finally {
            log.unlock();
        }
        log.fill(placed, payload);
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
            placed = log.place(Operation.PIECE, shard, valueOffsetBytes, payload);
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
        var payload = Payload.of(ByteBuffer.allocate(0));
        log.lock();
        try {
            if (index.find(shard) == null) {
                return log.isFenced() ? refusal(Log.Room.FENCED) : new ShardStore.Sealed.Accepted(log.everything());
            }
            var room = log.awaitRoom(Reserve.Kind.DELETE, Frame.bytes(0));
            if (room != Log.Room.READY) {
                return refusal(room);
            }
            var placed = log.place(Operation.DELETE, shard, 0, payload);
            var before = index.remove(shard);
            if (before != null) {
                extents.addEntry(before, -1);
            }
            return new ShardStore.Sealed.Accepted(placed.batch());
        } finally {
            log.unlock();
        }
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
        return room == Log.Room.FULL ? new ShardStore.Sealed.Full() : new ShardStore.Sealed.Fenced(log.fenceReason());
    }
}
