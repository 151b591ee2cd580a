package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import java.util.Arrays;

/// A block of an object with its end-to-end checksums.
///
/// @param lengthBytes 1 to 64 MiB
/// @param pieceBytes the bytes of each piece but the last
/// @param pieceCrcs CRC64NVME of each piece, as the bytes were received; not to be changed by anyone
public record BlockRef(BlockId id, int lengthBytes, int pieceBytes, long[] pieceCrcs) {
    @Override
    public boolean equals(Object other) {
        return other instanceof BlockRef that
                && id.equals(that.id)
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
