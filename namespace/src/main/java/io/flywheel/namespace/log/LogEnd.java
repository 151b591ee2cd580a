package io.flywheel.namespace.log;

import java.util.TreeMap;

/// Where a log ends.
///
/// @param extent that the next frame goes to, -1 for a new one
/// @param life of the last frame
/// @param link of the last frame
/// @param turn of the last frame
/// @param lastTurn the latest turn that left anything on the disk
/// @param used the extents that hold frames, by the first position of each
record LogEnd(
        long identity,
        int extent,
        long offsetBytes,
        long nextPosition,
        long life,
        int link,
        int turn,
        int lastTurn,
        TreeMap<Long, Integer> used) {
    /// Of a log on a disk that has none.
    static LogEnd none(long identity, int turn) {
        return new LogEnd(identity, -1, 0, 0, 0, 0, turn, turn, new TreeMap<>());
    }
}
