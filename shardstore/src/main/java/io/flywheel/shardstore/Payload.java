package io.flywheel.shardstore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Bytes on their way into a frame, with their checksums.
///
/// @param bytes from position to limit
/// @param table the CRC of each unit, empty when there is one unit
record Payload(ByteBuffer bytes, ByteBuffer table, int digest) {
    private static final ByteBuffer NO_TABLE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /// A view of {@code bytes}, whose position stays.
    static Payload of(ByteBuffer bytes) {
        var view = bytes.duplicate();
        int length = view.remaining();
        if (length <= Frame.UNIT_BYTES) {
            return new Payload(view, NO_TABLE, Frame.crc32c(view));
        }
        var table = ByteBuffer.allocate(Frame.tableBytes(length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < length; at += Frame.UNIT_BYTES) {
            table.putInt(Frame.crc32c(view.slice(view.position() + at, Math.min(Frame.UNIT_BYTES, length - at))));
        }
        table.flip();
        return new Payload(view, table, Frame.crc32c(table));
    }

    int length() {
        return bytes.remaining();
    }

    /// Whether a frame read back whole (header, table, payload) is what was written.
    static boolean verify(Frame frame, ByteBuffer frameBytes) {
        var payload = Payload.of(
                frameBytes.slice(Frame.HEADER_BYTES + Frame.tableBytes(frame.payloadBytes()), frame.payloadBytes()));
        return payload.digest() == frame.digest()
                && payload.table().equals(frameBytes.slice(Frame.HEADER_BYTES, Frame.tableBytes(frame.payloadBytes())));
    }
}
