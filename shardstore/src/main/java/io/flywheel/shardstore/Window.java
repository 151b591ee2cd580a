package io.flywheel.shardstore;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Live frames on their way from an extent to the log's end, in memory that is used again and again. It holds some
/// stretches of the extent, one behind the other. Filled by one task, then used by another.
final class Window {
    private final int sectorBytes;
    private final int capacityBytes;
    private final List<Found> found = new ArrayList<>();
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    /// Where the last stretch begins, in the extent and in the memory, and where it ends there.
    private long stretchAt;
    private int stretchFrom;
    private int filled;
    private long walkedBytes;
    private End end = new End.Finished();

    /// A frame that may be live.
    ///
    /// @param entry what the index said of its shard
    /// @param at where in the memory the frame begins; the payload of a whole value is there too
    record Found(Frame frame, Entry entry, int at) {}

    /// Why the window holds no more.
    sealed interface End {
        /// There is more to read.
        record Full() implements End {}

        record Finished() implements End {}

        record Unreadable(String reason) implements End {}

        /// Nobody knows whether the next frame is live.
        record Unknown(IndexUnreadable cause) implements End {}
    }

    /// @param capacityBytes of its memory, which is taken when it is first used, and grows for a larger frame
    Window(int sectorBytes, int capacityBytes) {
        this.sectorBytes = sectorBytes;
        this.capacityBytes = roundUp(capacityBytes, sectorBytes);
    }

    List<Found> found() {
        return found;
    }

    End end() {
        return end;
    }

    /// Bytes of the extent that were gone through, read or not.
    long walkedBytes() {
        return walkedBytes;
    }

    void walked(long bytes) {
        walkedBytes = bytes;
    }

    /// A whole frame of those found.
    ByteBuffer frame(Found one) {
        return bytes.slice(one.at(), one.frame().frameBytes());
    }

    void add(Found one) {
        found.add(one);
    }

    void end(End reason) {
        end = reason;
    }

    /// Empties it, with room for so many bytes at least.
    void clear(int bytesMin) {
        found.clear();
        stretchAt = 0;
        stretchFrom = 0;
        filled = 0;
        int wanted = Math.max(capacityBytes, roundUp(bytesMin, sectorBytes));
        if (bytes.capacity() < wanted) {
            bytes = ByteBuffer.allocateDirect(wanted + sectorBytes)
                    .alignedSlice(sectorBytes)
                    .slice(0, wanted);
        }
    }

    int roomBytes() {
        return bytes.capacity() - filled;
    }

    boolean holds(long offsetBytes, int length) {
        return offsetBytes >= stretchAt && offsetBytes + length <= stretchEnd();
    }

    /// Where in the extent the last stretch ends, a multiple of the sector.
    long stretchEnd() {
        return stretchAt + filled - stretchFrom;
    }

    /// Where in the memory a byte of the last stretch is.
    int position(long offsetBytes) {
        return stretchFrom + (int) (offsetBytes - stretchAt);
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /// The next bytes of the memory, for the extent's bytes from {@code offsetBytes} on; {@link #took} when they are
    /// there.
    ByteBuffer room(long offsetBytes, int length) {
        if (filled == 0 || offsetBytes != stretchEnd()) {
            stretchAt = offsetBytes;
            stretchFrom = filled;
        }
        return bytes.slice(filled, length);
    }

    void took(int length) {
        filled += length;
    }

    private static int roundUp(int bytes, int multiple) {
        return (bytes + multiple - 1) / multiple * multiple;
    }
}
