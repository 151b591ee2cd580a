package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// Names what one disk holds of a block. Ordered by block, then slot.
///
/// @param slot the place in the copyset, 0 to 31
public record ShardId(BlockId block, int slot) implements Comparable<ShardId> {
    public ShardId {
        check(slot >= 0 && slot < 32, "slot");
    }

    @Override
    public int compareTo(ShardId other) {
        int byBlock = block.compareTo(other.block);
        return byBlock != 0 ? byBlock : Integer.compare(slot, other.slot);
    }
}
