package io.flywheel.shardstore;

import java.nio.ByteBuffer;

/// Where a frame is and what its payload must be. Never reused: a reset extent gets a new incarnation. 24 bytes:
///
/// ```
///  +-----------+-------------+---------------+-----------+------------------------+
///  | extent u32| offset/64 u32| payload bytes | digest u32| incarnation u64       |
///  +-----------+-------------+---------------+-----------+------------------------+
/// ```
record Locator(int extent, long offsetBytes, int payloadBytes, int digest, long incarnation) {
    static final int BYTES = 24;

    void encode(ByteBuffer out) {
        out.putInt(extent)
                .putInt((int) (offsetBytes / Frame.ALIGNMENT_BYTES))
                .putInt(payloadBytes)
                .putInt(digest)
                .putLong(incarnation);
    }

    /// Any 24 bytes give a locator; {@link #isWithin} tells whether it makes sense on a disk.
    static Locator decode(ByteBuffer in) {
        int extent = in.getInt();
        long offsetBytes = Integer.toUnsignedLong(in.getInt()) * Frame.ALIGNMENT_BYTES;
        return new Locator(extent, offsetBytes, in.getInt(), in.getInt(), in.getLong());
    }

    boolean isWithin(io.flywheel.base.Disk.Geometry geometry) {
        return extent >= 0
                && extent < geometry.extents()
                && payloadBytes > 0
                && payloadBytes <= Frame.PAYLOAD_BYTES_MAX
                && endBytes() <= geometry.extentBytes();
    }

    int frameBytes() {
        return Frame.bytes(payloadBytes);
    }

    long endBytes() {
        return offsetBytes + frameBytes();
    }

    long payloadOffsetBytes() {
        return offsetBytes + Frame.HEADER_BYTES + Frame.tableBytes(payloadBytes);
    }
}
