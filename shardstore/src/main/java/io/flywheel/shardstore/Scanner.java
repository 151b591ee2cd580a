package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// Reads the frames of one extent in order, through a window.
final class Scanner {
    private static final int WINDOW_BYTES = 2 << 20;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Disk disk;
    private final int extent;
    private final long incarnation;
    private final long limitBytes;
    private ByteBuffer window;
    private long windowAt;

    /// What is at a place.
    sealed interface Step {
        record Found(Frame frame, boolean intact) implements Step {}

        /// No frame of this life of the extent begins here.
        record Nothing() implements Step {}

        record Unreadable(String reason) implements Step {}
    }

    Scanner(Disk disk, int extent, long incarnation, long limitBytes) {
        this.disk = disk;
        this.extent = extent;
        this.incarnation = incarnation;
        this.limitBytes = limitBytes;
        this.window = ByteBuffer.allocateDirect(0);
    }

    /// The frame at {@code offsetBytes}, its payload checked; then {@link #payload} is valid until the next call.
    Step at(long offsetBytes) {
        var found = header(offsetBytes);
        if (!(found instanceof Step.Found(var frame, var _))) {
            return found;
        }
        if (load(offsetBytes, frame.frameBytes()) instanceof Disk.Io.Failed(var cause)) {
            return new Step.Unreadable(String.valueOf(cause.getMessage()));
        }
        boolean intact = frame.operation() == Operation.PAD
                || Payload.verify(frame, window.slice((int) (offsetBytes - windowAt), frame.frameBytes()));
        return new Step.Found(frame, intact);
    }

    /// The frame at {@code offsetBytes}, its payload neither read nor checked.
    Step header(long offsetBytes) {
        if (offsetBytes + Frame.HEADER_BYTES > limitBytes) {
            return new Step.Nothing();
        }
        if (load(offsetBytes, Frame.HEADER_BYTES) instanceof Disk.Io.Failed(var cause)) {
            return new Step.Unreadable(String.valueOf(cause.getMessage()));
        }
        if (!(Frame.decode(window, (int) (offsetBytes - windowAt)) instanceof Frame.Decoded.Valid(var frame))
                || frame.incarnation() != incarnation
                || frame.extent() != extent
                || frame.offsetBytes() != offsetBytes
                || frame.endBytes() > limitBytes) {
            return new Step.Nothing();
        }
        return new Step.Found(frame, true);
    }

    /// The payload of the frame that {@link #at} found.
    ByteBuffer payload(Frame frame) {
        return window.slice((int) (frame.payloadOffsetBytes() - windowAt), frame.payloadBytes());
    }

    /// The next sector after {@code offsetBytes} at which a verified header stands, if everything before it up to
    /// {@code provenBytes} was persistent when it was written; group commits begin at sectors.
    OptionalLong resume(long offsetBytes, long provenBytes) {
        int sectorBytes = disk.geometry().sectorBytes();
        long first = -1;
        for (long at = (offsetBytes / sectorBytes + 1) * sectorBytes; at < limitBytes; at += sectorBytes) {
            if (at(at) instanceof Step.Found(var frame, var intact) && intact) {
                first = first < 0 ? at : first;
                if (frame.stableBytes() > provenBytes) {
                    return OptionalLong.of(first);
                }
            }
        }
        return OptionalLong.empty();
    }

    /// Makes the window hold the bytes. What it holds of them already is not read again.
    private Disk.Io load(long offsetBytes, int length) {
        if (offsetBytes >= windowAt && offsetBytes + length <= windowAt + window.limit()) {
            return new Disk.Io.Done();
        }
        int sectorBytes = disk.geometry().sectorBytes();
        long from = offsetBytes / sectorBytes * sectorBytes;
        long end = Math.min(limitBytes, Math.max(from + WINDOW_BYTES, roundUp(offsetBytes + length, sectorBytes)));
        boolean overlaps = from >= windowAt && from < windowAt + window.limit();
        var held = overlaps ? window.slice((int) (from - windowAt), (int) (windowAt + window.limit() - from)) : NOTHING;
        if (window.capacity() < end - from) {
            window = ByteBuffer.allocateDirect((int) roundUp(end - from, sectorBytes) + sectorBytes)
                    .alignedSlice(sectorBytes);
        }
        int heldBytes = held.remaining();
        window.clear().put(0, held, 0, heldBytes).limit(0);
        windowAt = from;
        var destination = window.duplicate();
        var io = disk.readOnce(
                extent, from + heldBytes, destination.limit((int) (end - from)).position(heldBytes));
        if (io.done()) {
            window.limit((int) (end - from));
        }
        return io;
    }

    private static long roundUp(long bytes, int multiple) {
        return (bytes + multiple - 1) / multiple * multiple;
    }
}
