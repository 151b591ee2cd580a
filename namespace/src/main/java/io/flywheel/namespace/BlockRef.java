package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import java.util.Arrays;

/// A block of an object with its end-to-end checksums.
///
/// @param scheme the identity of its scheme, whose four bytes are read as a big-endian number
/// @param slots of its copyset: bit i tells whether slot i holds a shard. Slots rise with the shards, so it
/// says which has which
/// @param lengthBytes 1 to 64 MiB
/// @param pieceBytes the bytes of each piece but those of the last stripe
/// @param pieceCrcs CRC64NVME of each piece, as the bytes were received; not to be changed by anyone
public record BlockRef(BlockId id, int scheme, int slots, int lengthBytes, int pieceBytes, long[] pieceCrcs) {
    /// Only the first slot.
    public static final int FIRST_SLOT = 1;

    /// The scheme of a block that one disk holds as it is.
    public static final int SINGLE_COPY = 0x01_01_01_00;

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockRef that
                && id.equals(that.id)
                && scheme == that.scheme
                && slots == that.slots
                && lengthBytes == that.lengthBytes
                && pieceBytes == that.pieceBytes
                && Arrays.equals(pieceCrcs, that.pieceCrcs);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "BlockRef[" + id + ", " + lengthBytes + " bytes]";
    }
}
