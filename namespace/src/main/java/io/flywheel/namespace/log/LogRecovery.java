package io.flywheel.namespace.log;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.log.Frames.Unusable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Finds where the log on a disk ends. A frame that was cut off at the end was never persistent and is dropped.
/// Where a frame is damaged that others follow, dropping it would lose commands: the log is refused. It was
/// persistent when the header of a later one is there, because a frame is written only after the one before it
/// was flushed: so of several frames that were cut off or rotted at the end only the last may be dropped.
///
/// Nothing in one disk's log can tell the last frame of all that rotted after it was acknowledged from one that
/// was cut off: it is dropped. Where several disks hold the log, another one has it.
final class LogRecovery {
    /// What recovery came to.
    sealed interface Recovered {
        record Ready(CommandLog log) implements Recovered {}

        /// There is no log.
        record Nothing() implements Recovered {}

        record Refused(String why) implements Recovered {}
    }

    private record Start(long first, int extent, int turn) {}

    private final Disk disk;
    private final Disk.Geometry geometry;
    private final Frames frames;

    /// The extents that begin with a frame of the log, by its position.
    private final TreeMap<Long, Start> starts = new TreeMap<>();

    private long identity;

    /// The latest turn of which anything is left, also of a frame that was cut off.
    private int lastTurn;

    private LogRecovery(Disk disk) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.frames = new Frames(disk);
    }

    /// Begins a log on a disk that has none. Its first entry, position 0, holds no command and is persistent on
    /// return.
    static Recovered create(Disk disk, Tasks tasks, long identity, long life) {
        CommandLog log = new CommandLog(disk, tasks, LogEnd.none(identity, 0));
        return switch (log.append(Entry.of(identity, life, 0, 0, List.of(new byte[0]), true))) {
            case DONE -> new Recovered.Ready(log);
            case WAIT, FULL -> new Recovered.Refused("the disk has no space for a log");
            case FAILED -> new Recovered.Refused("the log cannot be written");
        };
    }

    /// Returns the log ready for more.
    static Recovered recover(Disk disk, Tasks tasks) {
        try {
            LogRecovery recovery = new LogRecovery(disk);
            recovery.findExtents();
            if (recovery.starts.isEmpty()) {
                return new Recovered.Nothing();
            }
            LogEnd end = recovery.end();
            recovery.refuseLaterFrames(end);
            // What was read may not be persistent yet: a killed process leaves it in the page cache.
            if (!disk.flush().done()) {
                return new Recovered.Refused("the log's disk cannot be flushed");
            }
            return new Recovered.Ready(new CommandLog(disk, tasks, end));
        } catch (Unusable e) {
            return new Recovered.Refused(e.why());
        }
    }

    /// Makes a log that is damaged, or another's, one that is not there. Returns the turn under which one may
    /// begin on the disk, or a negative number when the disk fails.
    static int erase(Disk disk) {
        int turn = 0;
        Frames frames = new Frames(disk);
        Disk.Geometry geometry = disk.geometry();
        for (int extent = 0; extent < geometry.extents(); extent++) {
            for (long at = 0; disk.prepared(extent) && at < geometry.extentBytes(); at += geometry.sectorBytes()) {
                turn = Math.max(turn, turnAt(frames, extent, at) + 1);
            }
        }
        ByteBuffer zeros = ByteBuffer.allocate(geometry.sectorBytes());
        for (int extent = 0; extent < geometry.extents(); extent++) {
            if (disk.prepared(extent)
                    && !(disk.reset(extent).done()
                            && disk.write(extent, 0, zeros.clear()).done()
                            && disk.flush().done()
                            && disk.reset(extent).done())) {
                return -1;
            }
        }
        return turn;
    }

    /// Of a frame; -1 of anything else. What cannot be read now is refused later, or no frame.
    private static int turnAt(Frames frames, int extent, long at) {
        try {
            return frames.isHeader(extent, at) ? frames.header(extent, at).turn() : -1;
        } catch (Unusable e) {
            return -1;
        }
    }

    /// Finds the extents that begin with a whole frame, but those that are dead: of a later turn the log goes
    /// on from the same position or an earlier one.
    private void findExtents() throws Unusable {
        TreeMap<Long, Start> found = new TreeMap<>();
        for (int extent = 0; extent < geometry.extents(); extent++) {
            if (!disk.prepared(extent) || !frames.isHeader(extent, 0)) {
                continue;
            }
            Frame frame = frames.header(extent, 0);
            if (identity != 0 && frame.identity() != identity) {
                throw new Unusable("the disk holds frames of two logs");
            }
            identity = frame.identity();
            lastTurn = Math.max(lastTurn, frame.turn());
            // A first frame that was cut off may have left its header: its position was used again elsewhere.
            if (frames.intact(extent, 0, identity, frame.firstPosition())) {
                Start start = new Start(frame.firstPosition(), extent, frame.turn());
                found.merge(start.first(), start, (one, other) -> other.turn() > one.turn() ? other : one);
            }
        }
        int turn = 0;
        for (Start start : found.values()) {
            if (start.turn() >= turn) {
                starts.put(start.first(), start);
                turn = start.turn();
            }
        }
    }

    /// Walks the last extent to its end.
    private LogEnd end() throws Unusable {
        Start last = starts.lastEntry().getValue();
        long offset = 0;
        Frame frame = frames.header(last.extent(), 0);
        while (true) {
            offset = frames.after(offset, frame);
            if (!frames.intact(last.extent(), offset, identity, frame.end())
                    || frames.header(last.extent(), offset).turn() != last.turn()) {
                break;
            }
            Frame next = frames.header(last.extent(), offset);
            if (next.chain() != frame.link()) {
                throw new Unusable("the frame at position " + frame.end() + " does not follow the one before it");
            }
            frame = next;
        }
        TreeMap<Long, Integer> used = new TreeMap<>();
        for (Map.Entry<Long, Start> start : starts.entrySet()) {
            used.put(start.getKey(), start.getValue().extent());
        }
        return new LogEnd(
                identity, last.extent(), offset, frame.end(), frame.life(), frame.link(), last.turn(), lastTurn, used);
    }

    /// After the end nothing may follow that was written after it.
    private void refuseLaterFrames(LogEnd end) throws Unusable {
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
                if (frames.isHeader(extent, at) && later(frames.header(extent, at), at, end)) {
                    throw new Unusable("the frame at position " + end.nextPosition()
                            + " is damaged, and frames follow it (extent " + extent + ", byte " + at + ")");
                }
            }
        }
    }

    /// The first frame of a later turn may have been cut off; one behind it says that it was not.
    private boolean later(Frame frame, long at, LogEnd end) {
        return frame.identity() == identity
                && (frame.turn() > end.turn()
                        ? at > 0
                        : frame.turn() == end.turn() && frame.firstPosition() > end.nextPosition());
    }
}
