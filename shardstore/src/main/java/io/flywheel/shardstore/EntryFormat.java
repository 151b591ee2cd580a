package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an entry of the index is stored, in tables and in the frame of a delete. Numbers are varints, seven bits a
/// byte, the lowest first, the top bit set in all but the last.
///
/// ```
///  removed:   0 u8
///  whole:     1 u8 | extent | offset/64 | payload bytes | incarnation | digest u32 little-endian
///  in pieces: 2 u8 | the same | length | shares | per share: extent, bytes
/// ```
final class EntryFormat {
    private static final int REMOVED = 0;
    private static final int WHOLE = 1;
    private static final int IN_PIECES = 2;

    private EntryFormat() {}

    /// No entry takes more.
    static int bytesMax(Entry entry) {
        return 48 + 10 * entry.shares().size();
    }

    static void encode(Entry entry, ByteBuffer out) {
        if (entry.isRemoved()) {
            out.put((byte) REMOVED);
            return;
        }
        var at = entry.at();
        out.put((byte) (entry.inPieces() ? IN_PIECES : WHOLE));
        varint(at.extent(), out);
        varint(at.offsetBytes() / Frame.ALIGNMENT_BYTES, out);
        varint(at.payloadBytes(), out);
        varint(at.incarnation(), out);
        for (int shift = 0; shift < 32; shift += 8) {
            out.put((byte) (at.digest() >>> shift));
        }
        if (entry.inPieces()) {
            varint(entry.lengthBytes(), out);
            varint(entry.shares().size(), out);
            for (var share : entry.shares()) {
                varint(share.extent(), out);
                varint(share.bytes(), out);
            }
        }
    }

    private static void varint(long value, ByteBuffer out) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /// Null when the bytes from the position on are no entry of a disk of this geometry; the position then means
    /// nothing.
    static @Nullable Entry decode(ByteBuffer in, Geometry geometry) {
        int kind = in.hasRemaining() ? in.get() : -1;
        if (kind == REMOVED) {
            return Entry.REMOVED;
        }
        if (kind != WHOLE && kind != IN_PIECES) {
            return null;
        }
        long extent = varint(in);
        long offset = varint(in);
        long payloadBytes = varint(in);
        long incarnation = varint(in);
        if (in.remaining() < Integer.BYTES || (extent | payloadBytes) >>> 31 != 0 || offset >>> 32 != 0) {
            return null;
        }
        int digest = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            digest |= (in.get() & 0xFF) << shift;
        }
        var at = new Locator((int) extent, offset * Frame.ALIGNMENT_BYTES, (int) payloadBytes, digest, incarnation);
        if (!at.isWithin(geometry)) {
            return null;
        }
        return kind == WHOLE ? Entry.whole(at) : inPieces(at, in, geometry);
    }

    private static @Nullable Entry inPieces(Locator at, ByteBuffer in, Geometry geometry) {
        long length = varint(in);
        long shareCount = varint(in);
        // Each share takes two bytes at least, so this bounds what is allocated.
        if (length < 1 || length > ShardStore.SHARD_BYTES_MAX || shareCount < 0 || shareCount > in.remaining() / 2) {
            return null;
        }
        List<Entry.Share> shares = new ArrayList<>((int) shareCount);
        for (int index = 0; index < shareCount; index++) {
            long extent = varint(in);
            long bytes = varint(in);
            if (extent < Superblocks.COPIES || extent >= geometry.extents() || bytes < 0 || bytes >>> 31 != 0) {
                return null;
            }
            shares.add(new Entry.Share((int) extent, (int) bytes));
        }
        return new Entry(at, (int) length, true, shares);
    }

    /// -1 when there is none; ten bytes at most.
    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!in.hasRemaining()) {
                return -1;
            }
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}
