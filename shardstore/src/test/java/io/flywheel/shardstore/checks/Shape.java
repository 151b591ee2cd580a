package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.shardstore.IndexOptions;
import io.flywheel.shardstore.Options;
import java.util.UUID;

/// The disks and stores that histories run on, tiny ones first: there, a few operations meet every boundary.
enum Shape {
    /// Sixteen extents of 32 sectors; pieces and batches of a few hundred bytes.
    TINY(16, 16 << 10, 512, 512, 512, 1024),
    /// Small extents, each of which is written, reset and written again several times in one history.
    CRAMPED(13, 8 << 10, 512, 512, 512, 1024),
    /// The same with checkpoints seldom: much of the log is not covered by one.
    LAZY(16, 8 << 10, 512, 512, 512, 1024, 48 << 10, 64, 448, 512),
    /// The same with none but those that reclamation asks for.
    LAZIEST(12, 8 << 10, 512, 512, 512, 1024, 1 << 20, 256, 448, 512),
    /// The same with few extents, so that it is always nearly full.
    NARROW(12, 16 << 10, 512, 1024, 1024, 2048),
    /// Extents that are large beside a checkpoint, as on real disks.
    ROOMY(14, 64 << 10, 512, 2048, 4096, 8192, 64 << 10, 64, 896, 4096),
    /// Sectors of the size that real disks have.
    SECTORS(12, 64 << 10, 4096, 1024, 2048, 4096),
    /// What {@link Options#of} makes of a disk of small extents.
    DEFAULT(24, 256 << 10, 4096, 0, 0, 0);

    private static final UUID DISK = new UUID(7, 7);

    private final int extents;
    private final int extentBytes;
    private final int sectorBytes;
    private final int pieceBytes;
    private final int pieceBytesMax;
    private final int batchBytes;
    private final int checkpointBytes;
    private final int memtableEntries;
    private final int pageBytes;
    private final int tableBytes;

    /// @param batchBytes 0 for the default options
    Shape(int extents, int extentBytes, int sectorBytes, int pieceBytes, int pieceBytesMax, int batchBytes) {
        this(extents, extentBytes, sectorBytes, pieceBytes, pieceBytesMax, batchBytes, extentBytes, 8, 448, 512);
    }

    Shape(
            int extents,
            int extentBytes,
            int sectorBytes,
            int pieceBytes,
            int pieceBytesMax,
            int batchBytes,
            int checkpointBytes,
            int memtableEntries,
            int pageBytes,
            int tableBytes) {
        this.extents = extents;
        this.extentBytes = extentBytes;
        this.sectorBytes = sectorBytes;
        this.pieceBytes = pieceBytes;
        this.pieceBytesMax = pieceBytesMax;
        this.batchBytes = batchBytes;
        this.checkpointBytes = checkpointBytes;
        this.memtableEntries = memtableEntries;
        this.pageBytes = pageBytes;
        this.tableBytes = tableBytes;
    }

    Disk.Geometry geometry() {
        return new Disk.Geometry(extents, extentBytes, sectorBytes);
    }

    /// Small shapes have memory for some changes, tables of a page or more, and a cache of two pages.
    Options options() {
        return batchBytes == 0
                ? Options.of(DISK, true, geometry())
                : new Options(
                        DISK,
                        true,
                        batchBytes,
                        pieceBytes,
                        pieceBytesMax,
                        checkpointBytes,
                        new IndexOptions(memtableEntries, pageBytes, tableBytes, 2, 2, 2));
    }

    /// The smallest values that may fill the disk: the index of smaller ones would take more of it than they do.
    int fillBytesMin() {
        return this == ROOMY ? sectorBytes / 4 : 2 * sectorBytes;
    }

    /// Whether the bytes of an extent are gone when it is reset; the disk may do so, or not.
    boolean erases() {
        return this == CRAMPED || this == LAZY || this == LAZIEST;
    }

    /// After how many power-offs a full disk may have no free extent left, and none that comes back without a
    /// value being moved. Each start that is cut short while it moves values leaves an extent behind; next to
    /// extents of 32 sectors, what a start writes of the index is so much that this can go on.
    int powerOffsMax() {
        return this == TINY ? 16 : Integer.MAX_VALUE;
    }

    /// Whether a few values fill it.
    boolean isSmall() {
        return this == CRAMPED || this == LAZY || this == LAZIEST || this == NARROW;
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
