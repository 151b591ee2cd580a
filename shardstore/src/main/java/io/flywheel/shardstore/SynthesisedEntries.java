package io.flywheel.shardstore;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.ShardId;

/// Entries of values of 4 KiB that do not exist, in the order of their keys: what a disk full of small shards has.
final class SynthesisedEntries implements EntryStream {
    private static final int SHARDS_A_COPYSET = 100_000;
    private static final int VALUE_BYTES = 4096;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private final Geometry geometry;
    private final long count;
    private long at = -1;

    SynthesisedEntries(Geometry geometry, long count) {
        this.geometry = geometry;
        this.count = count;
    }

    static ShardId shard(long number) {
        var block = new BlockId((int) (number / SHARDS_A_COPYSET), 1, number % SHARDS_A_COPYSET);
        return new ShardId(block, (int) (number % 8));
    }

    @Override
    public boolean next() {
        at++;
        return at < count;
    }

    @Override
    public ShardKey key() {
        return ShardKey.of(shard(at));
    }

    @Override
    public Entry entry() {
        // Spread as the log spreads what comes in another order than that of the keys.
        long mixed = at * MULTIPLIER;
        long places = (geometry.extentBytes() - Frame.bytes(VALUE_BYTES)) / Frame.ALIGNMENT_BYTES;
        int extent =
                Superblocks.COPIES + (int) Math.unsignedMultiplyHigh(mixed, geometry.extents() - Superblocks.COPIES);
        long offsetBytes = Math.unsignedMultiplyHigh(mixed * MULTIPLIER, places) * Frame.ALIGNMENT_BYTES;
        return Entry.whole(new Locator(extent, offsetBytes, VALUE_BYTES, (int) mixed, 1L << 32 | extent));
    }
}
