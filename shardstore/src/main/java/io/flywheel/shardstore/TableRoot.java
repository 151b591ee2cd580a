package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// The root of a table of the index, which stays in memory: the payload of a {@link Operation#TABLE_ROOT} frame.
/// Little-endian:
///
/// ```
///  pages u32 | entries u32 | filter words u32 | 0 u32 | last key: 3 x u64
///  per page: first key: 3 x u64
///  per page: locator of 24 bytes
///  filter: words x u64, see BloomFilter
/// ```
final class TableRoot {
    static final int HEAD_BYTES = 16 + ShardKey.BYTES;
    static final int PAGE_BYTES = ShardKey.BYTES + Locator.BYTES;
    private static final int PLACE_WORDS = 3;

    private final int entries;
    /// Of the pages, three words each.
    private final long[] firstKeys;
    /// Where the pages are, three words each: {@link #pack}.
    private final long[] places;
    private final ShardKey last;
    private final BloomFilter filter;

    TableRoot(int entries, long[] firstKeys, long[] places, ShardKey last, BloomFilter filter) {
        this.entries = entries;
        this.firstKeys = firstKeys;
        this.places = places;
        this.last = last;
        this.filter = filter;
    }

    int pages() {
        return firstKeys.length / ShardKey.WORDS;
    }

    /// How many entries it has, removed ones included.
    int entries() {
        return entries;
    }

    ShardKey first() {
        return ShardKey.at(firstKeys, 0);
    }

    ShardKey last() {
        return last;
    }

    /// False when the key is certainly not in the table.
    boolean mayContain(ShardKey key, long hash) {
        return filter.mayContain(hash) && key.compareTo(last) <= 0 && key.compareTo(firstKeys, 0) >= 0;
    }

    /// The page in which the key would be; -1 before the first.
    int page(ShardKey key) {
        return key.floorIn(firstKeys, pages());
    }

    Locator place(int page) {
        int at = page * PLACE_WORDS;
        return new Locator(
                (int) (places[at] >>> 32),
                (places[at] & 0xFFFFFFFFL) * Frame.ALIGNMENT_BYTES,
                (int) (places[at + 1] >>> 32),
                (int) places[at + 1],
                places[at + 2]);
    }

    static void pack(Locator place, long[] places, int page) {
        int at = page * PLACE_WORDS;
        places[at] = (long) place.extent() << 32 | place.offsetBytes() / Frame.ALIGNMENT_BYTES;
        places[at + 1] = (long) place.payloadBytes() << 32 | (place.digest() & 0xFFFFFFFFL);
        places[at + 2] = place.incarnation();
    }

    /// Bytes of a root of so many pages and entries.
    static int bytes(int pages, int entries) {
        return HEAD_BYTES + pages * PAGE_BYTES + BloomFilter.words(entries) * Long.BYTES;
    }

    ByteBuffer encode() {
        long[] words = filter.words();
        var out = ByteBuffer.allocate(HEAD_BYTES + pages() * PAGE_BYTES + words.length * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(pages()).putInt(entries).putInt(words.length).putInt(0);
        out.putLong(last.high()).putLong(last.middle()).putLong(last.low());
        out.asLongBuffer().put(firstKeys);
        out.position(out.position() + firstKeys.length * Long.BYTES);
        for (int page = 0; page < pages(); page++) {
            place(page).encode(out);
        }
        out.asLongBuffer().put(words);
        return out.position(0);
    }

    /// Empty when the bytes, from position to limit, are no root of a disk of this geometry.
    static Optional<TableRoot> decode(ByteBuffer payload, Geometry geometry) {
        var in = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEAD_BYTES) {
            return Optional.empty();
        }
        int pages = in.getInt();
        int entries = in.getInt();
        int words = in.getInt();
        int zero = in.getInt();
        var last = new ShardKey(in.getLong(), in.getLong(), in.getLong());
        if (pages < 1
                || entries < pages
                || words < 1
                || words % BloomFilter.BLOCK_WORDS != 0
                || zero != 0
                || in.remaining() != (long) pages * PAGE_BYTES + (long) words * Long.BYTES) {
            return Optional.empty();
        }
        var firstKeys = new long[pages * ShardKey.WORDS];
        in.asLongBuffer().get(firstKeys);
        in.position(in.position() + firstKeys.length * Long.BYTES);
        for (int page = 0; page < pages; page++) {
            var key = ShardKey.at(firstKeys, page);
            if (!ShardKey.isValid(key.high(), key.middle(), key.low())
                    || (page > 0 && key.compareTo(firstKeys, page - 1) <= 0)) {
                return Optional.empty();
            }
        }
        var places = new long[pages * PLACE_WORDS];
        for (int page = 0; page < pages; page++) {
            var place = Locator.decode(in);
            if (!place.isWithin(geometry) || place.payloadBytes() > TablePage.BYTES_MAX) {
                return Optional.empty();
            }
            pack(place, places, page);
        }
        if (!ShardKey.isValid(last.high(), last.middle(), last.low()) || last.compareTo(firstKeys, pages - 1) < 0) {
            return Optional.empty();
        }
        var filter = new long[words];
        in.asLongBuffer().get(filter);
        return Optional.of(new TableRoot(entries, firstKeys, places, last, new BloomFilter(filter)));
    }
}
