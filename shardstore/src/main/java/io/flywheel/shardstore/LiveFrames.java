package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import org.jspecify.annotations.Nullable;

/// Finds the frames of a part of an extent that the index still needs, and reads them, past the caches. What is dead
/// is read only where reading on costs less than another read would: the payload of a large dead value is left out.
/// The bytes that are read before it is known what they are grow from read to read while nothing is left out.
///
/// Pieces of values, and their manifests, are found and not read: who moves a piece needs all of the value's.
final class LiveFrames {
    /// Less would not be read faster.
    static final int AHEAD_BYTES = 32 << 10;
    private static final int AHEAD_BYTES_MAX = 1 << 20;

    private final Disk disk;
    private final Index index;
    private final int extent;
    private final long incarnation;
    private final long limitBytes;
    private final long endBytes;
    private final int sectorBytes;
    private int aheadBytes = AHEAD_BYTES;
    /// Where the last read ended.
    private long readEnd;
    private long at;

    /// @param fromBytes where a frame begins
    /// @param endBytes where the part ends
    LiveFrames(Disk disk, Index index, int extent, long incarnation, long fromBytes, long endBytes) {
        var geometry = disk.geometry();
        this.disk = disk;
        this.index = index;
        this.extent = extent;
        this.incarnation = incarnation;
        this.limitBytes = geometry.extentBytes();
        this.sectorBytes = geometry.sectorBytes();
        this.at = fromBytes;
        this.endBytes = endBytes;
    }

    /// Goes on through the extent until the window is full.
    void fill(Window window) {
        window.clear(0);
        long from = at;
        try {
            window.end(go(window));
        } catch (IndexUnreadable unreadable) {
            window.end(new Window.End.Unknown(unreadable));
        }
        window.walked(at - from);
    }

    private Window.End go(Window window) {
        while (at < endBytes && at + Frame.HEADER_BYTES <= limitBytes) {
            var end = load(window, at, Frame.HEADER_BYTES);
            if (end != null) {
                return end;
            }
            if (!(Frame.decode(window.bytes(), window.position(at)) instanceof Frame.Decoded.Valid(var frame))
                    || !isHere(frame)) {
                at = (at / sectorBytes + 1) * sectorBytes;
                continue;
            }
            if (frame.operation() == Operation.END) {
                // Nothing follows: the log went on in the next extent.
                return new Window.End.Finished();
            }
            var entry = entry(frame);
            if (entry != null) {
                end = frame.operation() == Operation.VALUE ? load(window, at, frame.frameBytes()) : null;
                if (end != null) {
                    return end;
                }
                window.add(new Window.Found(frame, entry, window.position(at)));
            }
            at = frame.endBytes();
        }
        return new Window.End.Finished();
    }

    private boolean isHere(Frame frame) {
        return frame.incarnation() == incarnation
                && frame.extent() == extent
                && frame.offsetBytes() == at
                && frame.endBytes() <= limitBytes;
    }

    /// What the index says of a frame's shard, null when it needs the frame no more.
    private @Nullable Entry entry(Frame frame) {
        boolean skipped = Planted.SKIPS_A_FRAME_AT_A_SECTOR.isOn() && frame.endBytes() % sectorBytes == 0;
        boolean isOfValue = frame.operation() == Operation.VALUE
                || frame.operation() == Operation.SEAL
                || frame.operation() == Operation.PIECE;
        var entry = isOfValue && !skipped ? index.find(frame.shard()) : null;
        return entry != null && entry.needs(frame) ? entry : null;
    }

    /// Makes the window hold the bytes, and more where that may save a read; else why it does not.
    private Window.@Nullable End load(Window window, long offsetBytes, int length) {
        if (window.holds(offsetBytes, length)) {
            return null;
        }
        long sector = offsetBytes / sectorBytes * sectorBytes;
        boolean goesOn = window.holds(sector, 0);
        long from = goesOn ? window.stretchEnd() : sector;
        long to = (offsetBytes + length + sectorBytes - 1) / sectorBytes * sectorBytes;
        if (to - from > window.roomBytes()) {
            if (!window.found().isEmpty()) {
                return new Window.End.Full();
            }
            window.clear((int) (to - sector));
            from = sector;
        }
        if (from - readEnd >= AHEAD_BYTES) {
            aheadBytes = AHEAD_BYTES;
        }
        long wanted = Math.max(to, Math.min(to + aheadBytes, endBytes));
        int bytes = (int) Math.min(wanted - from, window.roomBytes());
        if (from <= readEnd && to - from <= aheadBytes) {
            aheadBytes = Math.min(2 * aheadBytes, AHEAD_BYTES_MAX);
        }
        if (disk.readOnce(extent, from, window.room(from, bytes)) instanceof Disk.Io.Failed(var cause)) {
            return new Window.End.Unreadable(String.valueOf(cause.getMessage()));
        }
        window.took(bytes);
        readEnd = from + bytes;
        return null;
    }
}
