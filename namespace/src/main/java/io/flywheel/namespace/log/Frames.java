package io.flywheel.namespace.log;

import io.flywheel.base.Disk;
import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;

/// Frames as they lie in the extents of one disk, through a window that is read ahead.
final class Frames {
    /// The log cannot be used.
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String why) {
            super(why);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    private final Disk disk;
    private final Disk.Geometry geometry;
    private ByteBuffer window;
    private int windowExtent = -1;
    private long windowStart;

    Frames(Disk disk) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.window = ByteBuffer.allocate((int) Math.min(geometry.extentBytes(), 1 << 20));
    }

    /// Whether the header of a frame lies there.
    boolean isHeader(int extent, long offset) throws Unusable {
        return load(extent, offset, Frame.HEADER_BYTES) && Frame.isHeader(window, (int) (offset - windowStart));
    }

    /// The header that lies there.
    Frame header(int extent, long offset) throws Unusable {
        load(extent, offset, Frame.HEADER_BYTES);
        try {
            return Frame.header(window, (int) (offset - windowStart));
        } catch (MalformedRecord e) {
            throw new Unusable(String.valueOf(e.getMessage()));
        }
    }

    /// Whether the frame of a log at {@code position} lies there whole; {@link #entry} reads it then.
    boolean intact(int extent, long offset, long identity, long position) throws Unusable {
        if (offset + Frame.HEADER_BYTES > geometry.extentBytes() || !isHeader(extent, offset)) {
            return false;
        }
        Frame frame = header(extent, offset);
        return frame.identity() == identity
                && frame.firstPosition() == position
                && frame.bytes() <= geometry.extentBytes() - offset
                && load(extent, offset, frame.bytes())
                && frame.payloadIntact(window, (int) (offset - windowStart));
    }

    Entry entry(int extent, long offset) throws Unusable {
        Frame frame = header(extent, offset);
        load(extent, offset, frame.bytes());
        try {
            return frame.entry(window, (int) (offset - windowStart));
        } catch (MalformedRecord e) {
            throw new Unusable("the frame at position " + frame.firstPosition() + ": " + e.getMessage());
        }
    }

    /// Where the frame after this one may begin.
    long after(long offset, Frame frame) {
        int sector = geometry.sectorBytes();
        return offset + (frame.bytes() + sector - 1L) / sector * sector;
    }

    /// Gets bytes of an extent into the window; false past its end.
    private boolean load(int extent, long offset, int bytes) throws Unusable {
        if (offset + bytes > geometry.extentBytes()) {
            return false;
        }
        boolean there =
                extent == windowExtent && offset >= windowStart && offset + bytes <= windowStart + window.limit();
        if (!there) {
            if (window.capacity() < bytes) {
                window = ByteBuffer.allocate(bytes);
            }
            window.clear().limit((int) Math.min(window.capacity(), geometry.extentBytes() - offset));
            windowExtent = -1;
            if (!disk.read(extent, offset, window).done()) {
                throw new Unusable("the log cannot be read (extent " + extent + ", byte " + offset + ")");
            }
            window.flip();
            windowExtent = extent;
            windowStart = offset;
        }
        return true;
    }
}
