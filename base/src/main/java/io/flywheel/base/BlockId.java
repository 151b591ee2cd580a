package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// Names a block for ever: a retry is a new block, so an id is never reused. Ordered by copyset, lease and counter, so
/// that what a copyset holds is one range.
///
/// @param copyset the copyset that holds the block's shards, at least 0
/// @param lease the write lease under which it was created, at least 1
/// @param counter counts the blocks of the lease, at least 0
public record BlockId(int copyset, long lease, long counter) implements Comparable<BlockId> {
    public BlockId {
        check(copyset >= 0, "copyset");
        check(lease >= 1, "lease");
        check(counter >= 0, "counter");
    }

    @Override
    public int compareTo(BlockId other) {
        int byCopyset = Integer.compare(copyset, other.copyset);
        if (byCopyset != 0) {
            return byCopyset;
        }
        int byLease = Long.compare(lease, other.lease);
        return byLease != 0 ? byLease : Long.compare(counter, other.counter);
    }
}
