package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A page of a table of the index, sorted by key: the payload of a {@link Operation#TABLE_PAGE} frame. A key is
/// the 24 bytes of its words ({@link ShardKey}), big-endian, without what it shares with the key before.
///
/// ```
///  entries u16, little-endian
///  per entry: shared u8 | 24 - shared bytes of key | entry, see EntryFormat
/// ```
///
/// Decoding checks the whole page, so that finding an entry later is a binary search over the keys.
final class TablePage {
    static final int BYTES_MAX = Frame.UNIT_BYTES;
    private static final int HEAD_BYTES = 2;

    private final ByteBuffer bytes;
    private final Geometry geometry;
    private final long[] keys;
    private final char[] entries;

    private TablePage(ByteBuffer bytes, Geometry geometry, long[] keys, char[] entries) {
        this.bytes = bytes;
        this.geometry = geometry;
        this.keys = keys;
        this.entries = entries;
    }

    int size() {
        return entries.length;
    }

    ShardKey key(int index) {
        return ShardKey.at(keys, index);
    }

    Entry entry(int index) {
        var entry = EntryFormat.decode(bytes.duplicate().position(entries[index]), geometry);
        if (entry == null) {
            throw new IllegalStateException("a page that was checked has changed");
        }
        return entry;
    }

    /// The index of the first key that is not below {@code key}; {@link #size} when there is none.
    int ceiling(ShardKey key) {
        int floor = key.floorIn(keys, size());
        return floor >= 0 && key.compareTo(keys, floor) == 0 ? floor : floor + 1;
    }

    @Nullable
    Entry find(ShardKey key) {
        int at = key.floorIn(keys, size());
        return at >= 0 && key.compareTo(keys, at) == 0 ? entry(at) : null;
    }

    /// Empty when the bytes, from position to limit, are no page of a disk of this geometry.
    static Optional<TablePage> decode(ByteBuffer payload, Geometry geometry) {
        if (payload.remaining() < HEAD_BYTES || payload.remaining() > BYTES_MAX) {
            return Optional.empty();
        }
        var in = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
        int count = Short.toUnsignedInt(in.getShort());
        // Each entry takes two bytes at least, so this bounds what is allocated.
        if (count == 0 || count > in.remaining() / 2) {
            return Optional.empty();
        }
        var keys = new long[count * ShardKey.WORDS];
        var entries = new char[count];
        var key = ByteBuffer.allocate(ShardKey.BYTES);
        for (int index = 0; index < count; index++) {
            int shared = in.hasRemaining() ? in.get() : -1;
            if (shared < 0 || shared > ShardKey.BYTES || in.remaining() < ShardKey.BYTES - shared) {
                return Optional.empty();
            }
            in.get(key.array(), shared, ShardKey.BYTES - shared);
            var next = new ShardKey(key.getLong(0), key.getLong(8), key.getLong(16));
            if (!ShardKey.isValid(next.high(), next.middle(), next.low())
                    || (index > 0 && next.compareTo(keys, index - 1) <= 0)) {
                return Optional.empty();
            }
            next.put(keys, index);
            entries[index] = (char) in.position();
            if (EntryFormat.decode(in, geometry) == null) {
                return Optional.empty();
            }
        }
        return in.hasRemaining() ? Optional.empty() : Optional.of(new TablePage(in, geometry, keys, entries));
    }

    /// Puts entries together, in the order of their keys.
    static final class Builder {
        private final int targetBytes;
        private final byte[] lastKey = new byte[ShardKey.BYTES];
        private ByteBuffer out;
        private int count;

        /// @param targetBytes a page is at most so long, unless a single entry is longer
        Builder(int targetBytes) {
            this.targetBytes = Math.min(targetBytes, BYTES_MAX);
            this.out = start();
        }

        private ByteBuffer start() {
            return ByteBuffer.allocate(targetBytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(HEAD_BYTES);
        }

        boolean isEmpty() {
            return count == 0;
        }

        /// False when the entry wants another page.
        boolean add(ShardKey shard, Entry entry) {
            var key = ByteBuffer.allocate(ShardKey.BYTES)
                    .putLong(shard.high())
                    .putLong(shard.middle())
                    .putLong(shard.low())
                    .array();
            int shared = count == 0 ? 0 : Math.max(0, Arrays.mismatch(lastKey, key));
            int most = 1 + ShardKey.BYTES - shared + EntryFormat.bytesMax(entry);
            if (out.remaining() < most) {
                if (count > 0) {
                    return false;
                }
                out = ByteBuffer.allocate(HEAD_BYTES + most)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .position(HEAD_BYTES);
            }
            out.put((byte) shared).put(key, shared, ShardKey.BYTES - shared);
            EntryFormat.encode(entry, out);
            System.arraycopy(key, 0, lastKey, 0, ShardKey.BYTES);
            count++;
            return true;
        }

        /// The page; the next one begins empty.
        ByteBuffer take() {
            var page = out.putShort(0, (short) count).flip();
            out = start();
            count = 0;
            return page;
        }
    }

    /// The shard at an index.
    ShardId shard(int index) {
        return key(index).shard();
    }
}
