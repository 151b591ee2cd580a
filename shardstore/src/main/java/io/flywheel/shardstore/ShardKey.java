package io.flywheel.shardstore;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;

/// A shard's id as three words that compare, one after another, as the ids do; tables keep and store keys like
/// this.
///
/// ```
///  high:   copyset (31 bits) | upper 32 bits of lease (63 bits)
///  middle: lower 31 bits of lease | upper 32 bits of counter (63 bits)
///  low:    lower 31 bits of counter | slot (5 bits)
/// ```
record ShardKey(long high, long middle, long low) implements Comparable<ShardKey> {
    static final int WORDS = 3;
    static final int BYTES = 24;

    /// No key is below it.
    static final ShardKey FIRST = new ShardKey(0, 1L << 32, 0);

    private static final long LOW_MAX = (1L << 36) - 1;

    static ShardKey of(ShardId shard) {
        var block = shard.block();
        return new ShardKey(
                (long) block.copyset() << 32 | block.lease() >>> 31,
                (block.lease() & 0x7FFFFFFFL) << 32 | block.counter() >>> 31,
                (block.counter() & 0x7FFFFFFFL) << 5 | shard.slot());
    }

    /// Whether three words are a shard's key.
    static boolean isValid(long high, long middle, long low) {
        return high >= 0 && middle >= 0 && low >= 0 && low <= LOW_MAX && lease(high, middle) >= 1;
    }

    private static long lease(long high, long middle) {
        return (high & 0xFFFFFFFFL) << 31 | middle >>> 32;
    }

    static ShardId shard(long high, long middle, long low) {
        long counter = (middle & 0xFFFFFFFFL) << 31 | low >>> 5;
        return new ShardId(new BlockId((int) (high >>> 32), lease(high, middle), counter), (int) (low & 31));
    }

    ShardId shard() {
        return shard(high, middle, low);
    }

    /// Compares with the key at index {@code at} of an array that holds three words a key.
    int compareTo(long[] words, int at) {
        int first = Long.compare(high, words[at * WORDS]);
        if (first != 0) {
            return first;
        }
        int second = Long.compare(middle, words[at * WORDS + 1]);
        return second != 0 ? second : Long.compare(low, words[at * WORDS + 2]);
    }

    void put(long[] words, int at) {
        words[at * WORDS] = high;
        words[at * WORDS + 1] = middle;
        words[at * WORDS + 2] = low;
    }

    static ShardKey at(long[] words, int at) {
        return new ShardKey(words[at * WORDS], words[at * WORDS + 1], words[at * WORDS + 2]);
    }

    /// The index of the last of {@code count} ascending keys that is not above this one, or -1.
    int floorIn(long[] words, int count) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (compareTo(words, middle) >= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /// Spreads keys evenly over 64 bits.
    long hash() {
        long mixed = high * 0x9E3779B97F4A7C15L ^ Long.rotateLeft(middle * 0xC2B2AE3D27D4EB4FL, 29);
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L + low * 0x9FB21C651E98DF25L;
        mixed = (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
        return mixed ^ mixed >>> 32;
    }

    @Override
    public int compareTo(ShardKey other) {
        int first = Long.compare(high, other.high);
        if (first != 0) {
            return first;
        }
        int second = Long.compare(middle, other.middle);
        return second != 0 ? second : Long.compare(low, other.low);
    }
}
