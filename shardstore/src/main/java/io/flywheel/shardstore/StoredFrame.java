package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;

/// Reads one whole frame from where a locator says it is, and checks that it is that one.
sealed interface StoredFrame {
    /// @param payload from position to limit
    record Intact(ByteBuffer payload) implements StoredFrame {}

    /// Something else is there.
    record Damaged() implements StoredFrame {}

    record Unreadable(String reason) implements StoredFrame {}

    static StoredFrame read(Disk disk, Locator at, Operation operation) {
        var bytes = ByteBuffer.allocate(at.frameBytes());
        if (disk.read(at.extent(), at.offsetBytes(), bytes) instanceof Disk.Io.Failed(var cause)) {
            return new Unreadable(String.valueOf(cause.getMessage()));
        }
        return verify(bytes.flip(), at, operation);
    }

    /// Reads past the caches, for who reads it once; valid until the window is used again.
    static StoredFrame readOnce(Disk disk, Locator at, Operation operation, Window window) {
        int sectorBytes = disk.geometry().sectorBytes();
        long from = at.offsetBytes() / sectorBytes * sectorBytes;
        int length = (int) ((at.endBytes() + sectorBytes - 1) / sectorBytes * sectorBytes - from);
        window.clear(length);
        if (disk.readOnce(at.extent(), from, window.room(from, length)) instanceof Disk.Io.Failed(var cause)) {
            return new Unreadable(String.valueOf(cause.getMessage()));
        }
        window.took(length);
        return verify(window.bytes().slice(window.position(at.offsetBytes()), at.frameBytes()), at, operation);
    }

    private static StoredFrame verify(ByteBuffer bytes, Locator at, Operation operation) {
        if (!(Frame.decode(bytes, 0) instanceof Frame.Decoded.Valid(var frame))
                || frame.operation() != operation
                || frame.extent() != at.extent()
                || frame.offsetBytes() != at.offsetBytes()
                || frame.incarnation() != at.incarnation()
                || frame.payloadBytes() != at.payloadBytes()
                || frame.digest() != at.digest()
                || !Payload.verify(frame, bytes)) {
            return new Damaged();
        }
        return new Intact(
                bytes.slice(Frame.HEADER_BYTES + Frame.tableBytes(frame.payloadBytes()), frame.payloadBytes()));
    }
}
