package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The pieces of a value that was written as a stream, in order: the payload of a {@link Operation#SEAL} frame.
///
/// ```
///  +-----------+----------------------------+
///  | count u32 | count locators of 24 bytes |
///  +-----------+----------------------------+
/// ```
record Manifest(List<Locator> pieces) {
    Manifest {
        pieces = List.copyOf(pieces);
    }

    long lengthBytes() {
        return pieces.stream().mapToLong(Locator::payloadBytes).sum();
    }

    /// The bytes of frames by extent, in the order of extents.
    List<Entry.Share> shares() {
        var byExtent = new TreeMap<Integer, Integer>();
        for (var piece : pieces) {
            byExtent.merge(piece.extent(), piece.frameBytes(), Integer::sum);
        }
        var shares = new ArrayList<Entry.Share>();
        byExtent.forEach((extent, bytes) -> shares.add(new Entry.Share(extent, bytes)));
        return shares;
    }

    ByteBuffer encode() {
        var out = ByteBuffer.allocate(4 + pieces.size() * Locator.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(pieces.size());
        pieces.forEach(piece -> piece.encode(out));
        return out.flip();
    }

    /// Empty when the bytes are no manifest of a disk of this geometry.
    static Optional<Manifest> decode(ByteBuffer bytes, Geometry geometry) {
        var in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < 4) {
            return Optional.empty();
        }
        int count = in.getInt();
        if (count < 1 || in.remaining() != (long) count * Locator.BYTES) {
            return Optional.empty();
        }
        var pieces = new ArrayList<Locator>(count);
        long lengthBytes = 0;
        for (int index = 0; index < count; index++) {
            var piece = Locator.decode(in);
            lengthBytes += piece.payloadBytes();
            if (!piece.isWithin(geometry) || lengthBytes > ShardStore.SHARD_BYTES_MAX) {
                return Optional.empty();
            }
            pieces.add(piece);
        }
        return Optional.of(new Manifest(pieces));
    }

    /// The entry of the value whose manifest is at {@code at}.
    Entry entry(Locator at) {
        return new Entry(at, (int) lengthBytes(), true, shares());
    }
}
