package io.flywheel.shardstore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// Where the log goes on: the payload of an {@link Operation#END} frame. Little-endian:
///
/// ```
///  +------------+-----------------+
///  | extent u32 | incarnation u64 |
///  +------------+-----------------+
/// ```
record ExtentLink(int extent, long incarnation) {
    static final int BYTES = 12;

    ByteBuffer encode() {
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(extent)
                .putLong(incarnation)
                .flip();
    }

    /// Empty when the bytes are no link on a disk of so many extents.
    static Optional<ExtentLink> decode(ByteBuffer bytes, int extents) {
        var in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() != BYTES) {
            return Optional.empty();
        }
        var link = new ExtentLink(in.getInt(), in.getLong());
        return link.extent >= Superblocks.COPIES && link.extent < extents ? Optional.of(link) : Optional.empty();
    }
}
