package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.shardstore.IndexOptions;
import io.flywheel.shardstore.Options;
import java.util.UUID;

/// The disks and stores that histories run on, tiny ones first: there, a few operations meet every boundary.
enum Shape {
    /// Sixteen extents of 32 sectors; pieces and batches of a few hundred bytes.
    TINY(16, 16 << 10, 512, 512, 512, 1024),
    /// The same with few extents, so that it is always nearly full.
    NARROW(12, 16 << 10, 512, 1024, 1024, 2048),
    /// Sectors of the size that real disks have.
    SECTORS(12, 64 << 10, 4096, 1024, 2048, 4096),
    /// What {@link Options#of} makes of a disk of small extents.
    DEFAULT(24, 256 << 10, 4096, 0, 0, 0);

    private static final UUID DISK = new UUID(7, 7);

    /// Memory for eight changes, tables of a page or two, and a cache of two pages.
    private static final IndexOptions INDEX = new IndexOptions(8, 448, 512, 2, 2, 2);

    private final int extents;
    private final int extentBytes;
    private final int sectorBytes;
    private final int pieceBytes;
    private final int pieceBytesMax;
    private final int batchBytes;

    /// @param batchBytes 0 for the default options
    Shape(int extents, int extentBytes, int sectorBytes, int pieceBytes, int pieceBytesMax, int batchBytes) {
        this.extents = extents;
        this.extentBytes = extentBytes;
        this.sectorBytes = sectorBytes;
        this.pieceBytes = pieceBytes;
        this.pieceBytesMax = pieceBytesMax;
        this.batchBytes = batchBytes;
    }

    Disk.Geometry geometry() {
        return new Disk.Geometry(extents, extentBytes, sectorBytes);
    }

    Options options() {
        return batchBytes == 0
                ? Options.of(DISK, true, geometry())
                : new Options(DISK, true, batchBytes, pieceBytes, pieceBytesMax, extentBytes, INDEX);
    }

    /// Sizes of values at which something changes.
    int[] boundaries() {
        var options = options();
        int frame = 64;
        return new int[] {
            1,
            frame,
            sectorBytes - frame,
            sectorBytes,
            options.pieceBytes(),
            options.pieceBytesMax(),
            2 * options.pieceBytes(),
            options.batchBytes(),
            extentBytes / 4
        };
    }
}
