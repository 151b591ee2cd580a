package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Reads values and verifies what it read: no byte reaches the caller that its CRC does not cover. Whole units go
/// straight into the caller's buffer; a part of one goes through a copy.
final class Reader {
    private static final int CACHED_MANIFESTS = 1024;

    private final Disk disk;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    /// The manifests read last; a slot is shared by the shards that hash to it.
    private final AtomicReferenceArray<@Nullable Cached> manifests = new AtomicReferenceArray<>(CACHED_MANIFESTS);

    private record Cached(Entry entry, Manifest manifest) {}

    /// What a manifest came to.
    sealed interface Pieces {
        record Found(Manifest manifest) implements Pieces {}

        record Bad(ShardStore.Read why) implements Pieces {}
    }

    Reader(Disk disk, Log log, Index index, ExtentTable extents) {
        this.disk = disk;
        this.log = log;
        this.index = index;
        this.extents = extents;
    }

    /// Holds off the reset of the entry's extents until {@link #unpin}. It may have come too late: then what is
    /// read is not what was written, and the index says another place.
    void pin(Entry entry) {
        extents.pin(entry, 1);
    }

    void unpin(Entry entry) {
        extents.pin(entry, -1);
    }

    ShardStore.Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        try {
            var entry = index.find(shard);
            while (entry != null) {
                int start = destination.position();
                var read = get(shard, entry, offsetBytes, destination);
                if (read instanceof ShardStore.Read.Found) {
                    return read;
                }
                var now = index.find(shard);
                if (entry.isSame(now)) {
                    return read;
                }
                // It moved or went before the pin could hold its extents.
                entry = now;
                destination.position(start);
            }
            return new ShardStore.Read.Missing();
        } catch (IndexUnreadable unreadable) {
            return unreadable.read();
        }
    }

    private ShardStore.Read get(ShardId shard, Entry entry, long offsetBytes, ByteBuffer destination) {
        check(
                offsetBytes >= 0 && offsetBytes + destination.remaining() <= entry.lengthBytes(),
                "the range lies in the value");
        pin(entry);
        try {
            if (!entry.inPieces()) {
                return read(entry.at(), (int) offsetBytes, destination);
            }
            return switch (manifest(shard, entry)) {
                case Pieces.Bad(var why) -> why;
                case Pieces.Found(var manifest) -> read(manifest, offsetBytes, destination);
            };
        } finally {
            unpin(entry);
        }
    }

    /// Where the value's frames are now, to be read without look-ups and without waiting.
    Optional<ShardStore.Located> locate(ShardId shard) {
        Entry entry;
        try {
            entry = index.find(shard);
        } catch (IndexUnreadable unreadable) {
            return Optional.empty();
        }
        if (entry == null) {
            return Optional.empty();
        }
        pin(entry);
        try {
            if (!entry.inPieces()) {
                return Optional.of(new LocatedValue(disk, extents, entry, List.of(entry.at())));
            }
            return switch (manifest(shard, entry)) {
                case Pieces.Bad _ -> Optional.empty();
                case Pieces.Found(var manifest) ->
                    Optional.of(new LocatedValue(disk, extents, entry, manifest.pieces()));
            };
        } finally {
            unpin(entry);
        }
    }

    private ShardStore.Read read(Manifest manifest, long offsetBytes, ByteBuffer destination) {
        int limit = destination.limit();
        long at = offsetBytes;
        long pieceStart = 0;
        for (var piece : manifest.pieces()) {
            long pieceEnd = pieceStart + piece.payloadBytes();
            if (at < pieceEnd && destination.hasRemaining()) {
                int within = (int) (at - pieceStart);
                int length = Math.min(destination.remaining(), piece.payloadBytes() - within);
                destination.limit(destination.position() + length);
                var read = read(piece, within, destination);
                destination.limit(limit);
                if (!(read instanceof ShardStore.Read.Found)) {
                    return read;
                }
                at += length;
            }
            pieceStart = pieceEnd;
        }
        return new ShardStore.Read.Found();
    }

    /// The manifest of a pinned entry.
    Pieces manifest(ShardId shard, Entry entry) {
        int slot = Math.floorMod(shard.hashCode(), CACHED_MANIFESTS);
        var cached = manifests.get(slot);
        if (cached != null && cached.entry().isSame(entry)) {
            return new Pieces.Found(cached.manifest());
        }
        var bytes = ByteBuffer.allocate(entry.at().payloadBytes()).order(ByteOrder.LITTLE_ENDIAN);
        var read = read(entry.at(), 0, bytes);
        if (!(read instanceof ShardStore.Read.Found)) {
            return new Pieces.Bad(read);
        }
        var decoded = Manifest.decode(bytes.flip(), disk.geometry());
        if (decoded.isEmpty() || decoded.get().lengthBytes() != entry.lengthBytes()) {
            return new Pieces.Bad(corrupt(entry.at()));
        }
        manifests.set(slot, new Cached(entry, decoded.get()));
        return new Pieces.Found(decoded.get());
    }

    /// Reads from one frame's payload.
    ShardStore.Read read(Locator frame, int from, ByteBuffer destination) {
        if (extents.incarnation(frame.extent()) != frame.incarnation()) {
            return corrupt(frame);
        }
        if (!log.awaitReadable(frame.extent(), frame.endBytes())) {
            return new ShardStore.Read.Failed(log.fenceReason());
        }
        var crcs = crcs(frame);
        if (crcs.failure() != null) {
            return crcs.failure();
        }
        int to = from + destination.remaining();
        int at = from;
        while (at < to) {
            int unitStart = at / Frame.UNIT_BYTES * Frame.UNIT_BYTES;
            int unitEnd = Math.min(unitStart + Frame.UNIT_BYTES, frame.payloadBytes());
            int wholeEnd = to == frame.payloadBytes() ? to : to / Frame.UNIT_BYTES * Frame.UNIT_BYTES;
            ShardStore.Read read;
            int next;
            if (at == unitStart && wholeEnd >= unitEnd) {
                next = wholeEnd;
                read = readUnits(frame, crcs.table(), at, next, destination);
            } else {
                next = Math.min(unitEnd, to);
                var unit = ByteBuffer.allocate(unitEnd - unitStart);
                read = readUnits(frame, crcs.table(), unitStart, unitEnd, unit);
                if (read instanceof ShardStore.Read.Found) {
                    destination.put(unit.slice(at - unitStart, next - at));
                }
            }
            if (!(read instanceof ShardStore.Read.Found)) {
                return read;
            }
            at = next;
        }
        // Reset and written again meanwhile.
        return extents.incarnation(frame.extent()) == frame.incarnation()
                ? new ShardStore.Read.Found()
                : corrupt(frame);
    }

    /// Reads whole units at once and checks each.
    private ShardStore.Read readUnits(Locator frame, ByteBuffer table, int from, int to, ByteBuffer destination) {
        int start = destination.position();
        var target = destination.slice(start, to - from);
        if (disk.read(frame.extent(), frame.payloadOffsetBytes() + from, target.duplicate())
                instanceof Disk.Io.Failed(var cause)) {
            return new ShardStore.Read.Failed(String.valueOf(cause.getMessage()));
        }
        for (int at = from; at < to; at += Frame.UNIT_BYTES) {
            int length = Math.min(Frame.UNIT_BYTES, to - at);
            if (Frame.crc32c(target.slice(at - from, length)) != table.getInt(at / Frame.UNIT_BYTES * Integer.BYTES)) {
                return corrupt(frame);
            }
        }
        destination.position(start + to - from);
        return new ShardStore.Read.Found();
    }

    private record Crcs(ByteBuffer table, ShardStore.@Nullable Read failure) {}

    /// The CRC of each unit: the digest itself, or the table that the digest covers.
    private Crcs crcs(Locator frame) {
        int tableBytes = Frame.tableBytes(frame.payloadBytes());
        var table = ByteBuffer.allocate(Math.max(tableBytes, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        if (tableBytes == 0) {
            return new Crcs(table.putInt(0, frame.digest()), null);
        }
        if (disk.read(frame.extent(), frame.offsetBytes() + Frame.HEADER_BYTES, table)
                instanceof Disk.Io.Failed(var cause)) {
            return new Crcs(table, new ShardStore.Read.Failed(String.valueOf(cause.getMessage())));
        }
        table.flip();
        return new Crcs(table, Frame.crc32c(table) == frame.digest() ? null : corrupt(frame));
    }

    private static ShardStore.Read corrupt(Locator frame) {
        return new ShardStore.Read.Corrupt("extent " + frame.extent() + " offset " + frame.offsetBytes());
    }
}
