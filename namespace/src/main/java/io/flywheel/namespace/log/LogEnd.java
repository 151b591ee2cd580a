package io.flywheel.namespace.log;

import java.util.TreeMap;

/// Where a log ends.
///
/// @param extent that the next frame goes to, -1 for a new one
/// @param chain the CRC of the last frame
/// @param used the extents that hold frames, by the first position of each
record LogEnd(long identity, int extent, long offsetBytes, long nextPosition, int chain, TreeMap<Long, Integer> used) {}
