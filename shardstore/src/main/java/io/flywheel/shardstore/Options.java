package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Disk;
import java.util.UUID;

/// How a disk is opened.
///
/// @param disk the id that the disk has, or gets when it is blank
/// @param createsBlank whether a disk that holds nothing is given a superblock; otherwise it is refused
/// @param batchBytes at most so much goes to the disk in one write, and twice that waits in memory
/// @param pieceBytes a stream is cut into pieces of at least this, a multiple of 64 KiB where that is possible
/// @param pieceBytesMax and of at most this; also the largest value that {@code put} writes as one frame
/// @param checkpointBytes a checkpoint is written after so many bytes of log
/// @param index how the index is kept
public record Options(
        UUID disk,
        boolean createsBlank,
        int batchBytes,
        int pieceBytes,
        int pieceBytesMax,
        long checkpointBytes,
        IndexOptions index) {
    public Options {
        check(pieceBytes > 0 && pieceBytesMax >= pieceBytes, "pieceBytes");
        check(pieceBytesMax <= Frame.PAYLOAD_BYTES_MAX, "pieceBytesMax");
        check(batchBytes >= pieceBytesMax, "batchBytes");
        check(pieceBytesMax >= IndexOptions.PAGE_BYTES_MIN, "pieceBytesMax");
        check(checkpointBytes > 0, "checkpointBytes");
    }

    /// With the index kept as suits the sizes.
    public Options(
            UUID disk, boolean createsBlank, int batchBytes, int pieceBytes, int pieceBytesMax, long checkpointBytes) {
        this(
                disk,
                createsBlank,
                batchBytes,
                pieceBytes,
                pieceBytesMax,
                checkpointBytes,
                IndexOptions.of(pieceBytesMax));
    }

    /// What suits a disk of this geometry.
    public static Options of(UUID disk, boolean createsBlank, Disk.Geometry geometry) {
        int extent = (int) Math.min(geometry.extentBytes(), 1 << 30);
        int pieceBytesMax = Math.min(1 << 20, extent / 4);
        return new Options(
                disk,
                createsBlank,
                Math.min(2 << 20, extent / 2),
                Math.min(256 << 10, pieceBytesMax),
                pieceBytesMax,
                Math.min(256L << 20, 2L * extent));
    }

    /// The sizes of tables.
    TableWriter.Sizes tableSizes() {
        return new TableWriter.Sizes(
                Math.min(index.pageBytes(), pieceBytesMax / 8 * 7), index.tableBytes(), pieceBytesMax / 8 * 7);
    }
}
