package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Disk;
import java.nio.ByteBuffer;
import java.util.List;

/// The frames of one value as they were when it was looked up. Between two reads nothing is pinned: the
/// frames may be moved and their extents reset, which the incarnation tells.
final class LocatedValue implements ShardStore.Located {
    private final Disk disk;
    private final ExtentTable extents;
    private final Entry entry;
    private final List<Locator> frames;
    /// The frame read last, and where its payload begins in the value.
    private int index;

    private long startBytes;

    LocatedValue(Disk disk, ExtentTable extents, Entry entry, List<Locator> frames) {
        this.disk = disk;
        this.extents = extents;
        this.entry = entry;
        this.frames = frames;
    }

    @Override
    public boolean readNow(long offsetBytes, ByteBuffer destination) {
        check(
                offsetBytes >= 0 && offsetBytes + destination.remaining() <= entry.lengthBytes(),
                "the range lies in the value");
        int start = destination.position();
        int limit = destination.limit();
        boolean found = true;
        extents.pin(entry, 1);
        try {
            for (long at = offsetBytes; found && destination.position() < limit; ) {
                var frame = frameAt(at);
                int within = (int) (at - startBytes);
                int length = Math.min(limit - destination.position(), frame.payloadBytes() - within);
                destination.limit(destination.position() + length);
                found = isThere(frame)
                        && disk.readNow(frame.extent(), frame.payloadOffsetBytes() + within, destination)
                        && isThere(frame);
                at += length;
            }
        } finally {
            extents.pin(entry, -1);
            destination.limit(limit);
        }
        if (!found) {
            destination.position(start);
        }
        return found;
    }

    private Locator frameAt(long at) {
        if (at < startBytes) {
            index = 0;
            startBytes = 0;
        }
        while (at >= startBytes + frames.get(index).payloadBytes()) {
            startBytes += frames.get(index).payloadBytes();
            index++;
        }
        return frames.get(index);
    }

    /// Whether the extent is in the life in which the frame was written, and the frame has reached the disk. In this
    /// order: who sees how far a later life has come sees its incarnation too.
    private boolean isThere(Locator frame) {
        return extents.readable(frame.extent()) >= frame.endBytes()
                && (extents.incarnation(frame.extent()) == frame.incarnation() || Planted.READS_STALE_LOOKUPS.isOn());
    }
}
