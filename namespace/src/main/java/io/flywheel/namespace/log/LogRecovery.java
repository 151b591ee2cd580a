package io.flywheel.namespace.log;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Finds what a log holds. A frame that was cut off at the end was never acknowledged and is dropped. Where an
/// acknowledged frame is damaged, dropping it would lose commands: the log is refused. A frame was
/// acknowledged when
///
/// - the header of a later one is there, because a frame is written only after the one before it was flushed:
///   so of several frames that were cut off or rotted at the end only the last may be dropped;
/// - or the tables have its commands, because they get them after the flush.
///
/// Nothing in the log can tell the last frame of all that rotted after it was acknowledged, and before the
/// tables were made persistent with it, from one that was cut off: it is dropped. Only a second copy of the
/// log could.
public final class LogRecovery {
    /// Takes the batches in order.
    public interface Replay {
        /// @throws MalformedRecord when a command is none that this release knows: the log is refused
        void batch(long firstPosition, List<byte[]> commands) throws MalformedRecord;
    }

    /// What recovery came to.
    public sealed interface Recovered {
        record Ready(CommandLog log) implements Recovered {}

        /// There is no log.
        record Nothing() implements Recovered {}

        /// The log begins after the state's end: with a newer state it may do.
        record Behind(String why) implements Recovered {}

        record Refused(String why) implements Recovered {}
    }

    private final Disk disk;
    private final Disk.Geometry geometry;
    private final TreeMap<Long, Integer> firsts = new TreeMap<>();
    private long identity;
    private ByteBuffer window;
    private int windowExtent = -1;
    private long windowStart;

    private LogRecovery(Disk disk) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.window = ByteBuffer.allocate((int) Math.min(geometry.extentBytes(), 1 << 20));
    }

    /// Why the log cannot be used.
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean behind;

        Refusal(String why) {
            this(why, false);
        }

        Refusal(String why, boolean behind) {
            super(why);
            this.behind = behind;
        }
    }

    /// Begins a log on a disk that has none. Its first frame, position 0, holds no command and is persistent on return.
    public static Recovered create(Disk disk, Tasks tasks, long identity) {
        CommandLog log = new CommandLog(disk, tasks, new LogEnd(identity, -1, 0, 0, 0, new TreeMap<>()));
        return switch (log.append(List.of(new byte[0]), true)) {
            case DONE -> new Recovered.Ready(log);
            case WAIT, FULL -> new Recovered.Refused("the disk has no space for a log");
            case FAILED -> new Recovered.Refused("the log cannot be written");
        };
    }

    /// Replays what comes after position {@code applied}, and returns the log ready for more.
    public static Recovered recover(Disk disk, Tasks tasks, long applied, Replay replay) {
        try {
            LogRecovery recovery = new LogRecovery(disk);
            recovery.findExtents();
            if (recovery.firsts.isEmpty()) {
                return new Recovered.Nothing();
            }
            LogEnd end = recovery.walk(applied, replay);
            recovery.refuseLaterFrames(end);
            // What was read may not be persistent yet: a killed process leaves it in the page cache.
            if (!disk.flush().done()) {
                return new Recovered.Refused("the log's disk cannot be flushed");
            }
            return new Recovered.Ready(new CommandLog(disk, tasks, end));
        } catch (Refusal e) {
            String why = String.valueOf(e.getMessage());
            return e.behind ? new Recovered.Behind(why) : new Recovered.Refused(why);
        }
    }

    /// Finds the extents that begin with a whole frame.
    private void findExtents() throws Refusal {
        for (int extent = 0; extent < geometry.extents(); extent++) {
            if (!disk.prepared(extent) || !load(extent, 0, Frame.HEADER_BYTES) || !Frame.isHeader(window, 0)) {
                continue;
            }
            Frame frame = header(0);
            if (identity != 0 && frame.identity() != identity) {
                throw new Refusal("the disk holds frames of two logs");
            }
            identity = frame.identity();
            // A first frame that was cut off may have left its header: its position was used again elsewhere.
            if (intact(extent, 0, frame.firstPosition())) {
                firsts.putIfAbsent(frame.firstPosition(), extent);
            }
        }
    }

    private LogEnd walk(long applied, Replay replay) throws Refusal {
        Map.Entry<Long, Integer> start = firsts.floorEntry(applied + 1);
        if (start == null) {
            throw new Refusal(
                    "the log begins at position " + firsts.firstKey() + ", the tables end at position " + applied,
                    true);
        }
        int extent = start.getValue();
        long offset = 0;
        long next = start.getKey();
        long linked = -1;
        while (true) {
            if (intact(extent, offset, next)) {
                int at = (int) (offset - windowStart);
                Frame frame = header(at);
                if (linked >= 0 && Integer.toUnsignedLong(frame.chain()) != linked) {
                    throw new Refusal("the frame at position " + next + " does not follow the one before it");
                }
                replay(frame, at, applied, replay);
                linked = Integer.toUnsignedLong(Frame.link(window, at));
                next = frame.end();
                offset += roundUp(frame.bytes());
                continue;
            }
            Integer following = firsts.get(next);
            if (following == null || following == extent || !intact(following, 0, next)) {
                break;
            }
            extent = following;
            offset = 0;
        }
        if (next - 1 < applied) {
            throw new Refusal("the log ends at position " + (next - 1) + ", before the tables' position " + applied);
        }
        return end(extent, offset, next, (int) linked);
    }

    /// Extents that begin at or after the end were cut off and are free.
    private LogEnd end(int extent, long offset, long next, int chain) {
        TreeMap<Long, Integer> used = new TreeMap<>(firsts.headMap(next, false));
        firsts.forEach((first, candidate) -> {
            if (candidate == extent) {
                used.put(first, candidate);
            }
        });
        return new LogEnd(identity, extent, offset, next, chain, used);
    }

    private void replay(Frame frame, int at, long applied, Replay replay) throws Refusal {
        try {
            List<byte[]> commands = frame.commands(window, at);
            int known = Math.clamp(applied + 1 - frame.firstPosition(), 0, commands.size());
            if (known < commands.size()) {
                replay.batch(frame.firstPosition() + known, commands.subList(known, commands.size()));
            }
        } catch (MalformedRecord e) {
            throw new Refusal("the frame at position " + frame.firstPosition() + ": " + e.getMessage());
        }
    }

    /// After the end nothing may follow that was written after it.
    private void refuseLaterFrames(LogEnd end) throws Refusal {
        for (int extent = 0; extent < geometry.extents(); extent++) {
            if (!disk.prepared(extent)) {
                continue;
            }
            boolean last = extent == end.extent();
            // An extent whose first frame is older holds nothing newer than the end, but the one that ends the log.
            if (!last && end.used().containsValue(extent)) {
                continue;
            }
            long from = last ? end.offsetBytes() : 0;
            for (long at = from; at < geometry.extentBytes(); at += geometry.sectorBytes()) {
                if (load(extent, at, Frame.HEADER_BYTES) && laterFrame(at, end)) {
                    throw new Refusal("the frame at position " + end.nextPosition()
                            + " is damaged, and frames follow it (extent " + extent + ", byte " + at + ")");
                }
            }
        }
    }

    private boolean laterFrame(long at, LogEnd end) throws Refusal {
        int index = (int) (at - windowStart);
        if (!Frame.isHeader(window, index)) {
            return false;
        }
        Frame frame = header(index);
        return frame.identity() == identity && frame.firstPosition() > end.nextPosition();
    }

    /// Whether the frame at {@code position} lies there whole; it is in the window then.
    private boolean intact(int extent, long offset, long position) throws Refusal {
        if (offset + Frame.HEADER_BYTES > geometry.extentBytes() || !load(extent, offset, Frame.HEADER_BYTES)) {
            return false;
        }
        int at = (int) (offset - windowStart);
        if (!Frame.isHeader(window, at)) {
            return false;
        }
        Frame frame = header(at);
        return frame.identity() == identity
                && frame.firstPosition() == position
                && frame.bytes() <= geometry.extentBytes() - offset
                && load(extent, offset, frame.bytes())
                && frame.payloadIntact(window, (int) (offset - windowStart));
    }

    private Frame header(int at) throws Refusal {
        try {
            return Frame.header(window, at);
        } catch (MalformedRecord e) {
            throw new Refusal(String.valueOf(e.getMessage()));
        }
    }

    /// Gets bytes of an extent into the window; false past its end.
    private boolean load(int extent, long offset, int bytes) throws Refusal {
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
                throw new Refusal("the log cannot be read (extent " + extent + ", byte " + offset + ")");
            }
            window.flip();
            windowExtent = extent;
            windowStart = offset;
        }
        return true;
    }

    private long roundUp(long bytes) {
        return (bytes + geometry.sectorBytes() - 1) / geometry.sectorBytes() * geometry.sectorBytes();
    }
}
