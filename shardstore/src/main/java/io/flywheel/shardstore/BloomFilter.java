package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

/// Says of most absent keys that they are absent. Ten bits a key; all bits of a key lie in one block of 512, so
/// that asking costs one cache miss. About one absent key in eighty is taken for present.
record BloomFilter(long[] words) {
    static final int BLOCK_WORDS = 8;
    private static final int BITS_A_KEY = 10;
    private static final int PROBES = 6;

    BloomFilter {
        check(words.length > 0 && words.length % BLOCK_WORDS == 0, "words");
    }

    /// Words of a filter for so many keys.
    static int words(int keys) {
        long bits = (long) Math.max(1, keys) * BITS_A_KEY;
        return (int) ((bits + 511) / 512) * BLOCK_WORDS;
    }

    static BloomFilter of(long[] hashes, int count) {
        var filter = new BloomFilter(new long[words(count)]);
        for (int index = 0; index < count; index++) {
            filter.add(hashes[index]);
        }
        return filter;
    }

    private void add(long hash) {
        int block = block(hash);
        long bits = hash * 0x9E3779B97F4A7C15L;
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = (int) (bits >>> 55);
            words[block + (bit >>> 6)] |= 1L << bit;
            bits <<= 9;
        }
    }

    boolean mayContain(long hash) {
        int block = block(hash);
        long bits = hash * 0x9E3779B97F4A7C15L;
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = (int) (bits >>> 55);
            if ((words[block + (bit >>> 6)] & 1L << bit) == 0) {
                return false;
            }
            bits <<= 9;
        }
        return true;
    }

    private int block(long hash) {
        return (int) Math.unsignedMultiplyHigh(hash, words.length / BLOCK_WORDS) * BLOCK_WORDS;
    }
}
