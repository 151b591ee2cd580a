package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Who a disk is and where its state begins. One sector, of which 512 bytes are used, little-endian:
///
/// ```
///    0 magic "FLYWHEEL"        8 version u32       12 sector bytes u32
///   16 disk id (16 bytes)     32 sequence u64      40 extent bytes u64
///   48 extents u32            52 mount u32         56 clean u8, 3 zeros    60 segments u32
///   64 checkpoint: the locator of its last page, zeros when there is none
///   88 eight segments of 32 bytes:
///        extent u32 | offset/64 u32 | incarnation u64 | end extent u32 | end offset/64 u32 | end incarnation u64
///  344 zeros
///  508 CRC32C of 0..507
/// ```
///
/// The record with the highest sequence counts. Each is written to both of the first two extents.
///
/// @param mount counts the times the disk was opened; the upper half of every incarnation of that time
/// @param clean whether the log ends exactly where the last segment says
/// @param checkpoint the last page, if there is a checkpoint
/// @param segments the pieces of the log to roll forward, in order
record Superblock(
        UUID disk,
        Geometry geometry,
        long sequence,
        int mount,
        boolean clean,
        Optional<Locator> checkpoint,
        List<Segment> segments) {
    static final int VERSION = 2;
    static final int BYTES = 512;
    static final int SEGMENTS_MAX = 8;
    private static final long MAGIC = 0x4C45454857594C46L;

    /// A place in the log.
    record Position(int extent, long offsetBytes, long incarnation) {}

    /// A piece of the log, from a place to another, or to where it ends by itself.
    record Segment(Position from, Optional<Position> to) {}

    /// What bytes turned out to be.
    sealed interface Decoded {
        record Valid(Superblock superblock) implements Decoded {}

        /// Written by another version of this software.
        record Unsupported(int version) implements Decoded {}

        record Invalid() implements Decoded {}
    }

    Superblock {
        segments = List.copyOf(segments);
    }

    /// A whole sector.
    ByteBuffer encode() {
        var out = ByteBuffer.allocate(geometry.sectorBytes()).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putInt(VERSION).putInt(geometry.sectorBytes());
        out.putLong(disk.getMostSignificantBits()).putLong(disk.getLeastSignificantBits());
        out.putLong(sequence).putLong(geometry.extentBytes()).putInt(geometry.extents());
        out.putInt(mount).putInt(clean ? 1 : 0).putInt(segments.size());
        checkpoint.orElse(new Locator(0, 0, 0, 0, 0)).encode(out);
        for (var segment : segments) {
            encode(segment.from(), out);
            encode(segment.to().orElse(new Position(0, 0, 0)), out);
        }
        out.putInt(BYTES - 4, Frame.crc32c(out.slice(0, BYTES - 4)));
        return out.position(0).limit(geometry.sectorBytes());
    }

    private static void encode(Position position, ByteBuffer out) {
        out.putInt(position.extent());
        out.putInt((int) (position.offsetBytes() / Frame.ALIGNMENT_BYTES));
        out.putLong(position.incarnation());
    }

    /// Any bytes are allowed; those from {@code at} on count.
    static Decoded decode(ByteBuffer bytes, int at) {
        if (bytes.limit() - at < BYTES) {
            return new Decoded.Invalid();
        }
        var in = bytes.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getLong() != MAGIC || in.getInt(BYTES - 4) != Frame.crc32c(in.slice(0, BYTES - 4))) {
            return new Decoded.Invalid();
        }
        int version = in.getInt();
        if (version != VERSION) {
            return new Decoded.Unsupported(version);
        }
        int sectorBytes = in.getInt();
        var disk = new UUID(in.getLong(), in.getLong());
        long sequence = in.getLong();
        long extentBytes = in.getLong();
        int extents = in.getInt();
        int mount = in.getInt();
        boolean clean = in.getInt() == 1;
        int count = in.getInt();
        if (extents < 4
                || sectorBytes < BYTES
                || Integer.bitCount(sectorBytes) != 1
                || extentBytes <= 0
                || extentBytes % sectorBytes != 0
                || count < 0
                || count > SEGMENTS_MAX) {
            return new Decoded.Invalid();
        }
        var geometry = new Geometry(extents, extentBytes, sectorBytes);
        var checkpoint = Locator.decode(in);
        var segments = new ArrayList<Segment>();
        for (int index = 0; index < count; index++) {
            var from = position(in);
            var to = position(in);
            segments.add(new Segment(from, to.incarnation() == 0 ? Optional.empty() : Optional.of(to)));
        }
        return new Decoded.Valid(new Superblock(
                disk,
                geometry,
                sequence,
                mount,
                clean,
                checkpoint.isWithin(geometry) ? Optional.of(checkpoint) : Optional.empty(),
                segments));
    }

    private static Position position(ByteBuffer in) {
        int extent = in.getInt();
        long offsetBytes = Integer.toUnsignedLong(in.getInt()) * Frame.ALIGNMENT_BYTES;
        return new Position(extent, offsetBytes, in.getLong());
    }
}
