package io.flywheel.server;

import io.flywheel.base.Disk.Geometry;

/// How a new disk is cut into extents; kept in {@code disk.json}, since it never changes afterwards.
final class ExtentGeometry {
    static final int SECTOR_BYTES = 4096;
    private static final long EXTENT_BYTES_MIN = 4L << 20;
    private static final long EXTENT_BYTES_MAX = 64L << 20;
    private static final int EXTENTS_MIN = 64;
    private static final int EXTENTS_MAX = 1 << 20;

    private static final int LOG_EXTENTS = 32;
    private static final long LOG_EXTENT_BYTES_MAX = 16L << 20;

    private ExtentGeometry() {}

    /// About a thousand extents for what the file system could hold, of 4 to 64 MiB, and room to grow to twice that.
    /// Extents take space only once they are used.
    static Geometry of(long fileSystemBytes) {
        long extentBytes =
                Math.clamp(Long.highestOneBit(Math.max(1, fileSystemBytes / 1024)), EXTENT_BYTES_MIN, EXTENT_BYTES_MAX);
        long extents = Math.clamp(2 * fileSystemBytes / extentBytes, EXTENTS_MIN, EXTENTS_MAX);
        return new Geometry((int) extents, extentBytes, SECTOR_BYTES);
    }

    /// The namespace's log on a disk that is cut like this: 32 extents, of at most 16 MiB.
    static Geometry ofLog(Geometry disk) {
        return new Geometry(LOG_EXTENTS, Math.min(LOG_EXTENT_BYTES_MAX, disk.extentBytes()), disk.sectorBytes());
    }
}
