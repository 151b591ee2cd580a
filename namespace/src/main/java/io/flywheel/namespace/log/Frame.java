package io.flywheel.namespace.log;

import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The head of one batch of commands in the log: begins on a sector, the commands follow, padded to a sector.
///
/// ```
///  0        4        8                 16                 24       28       32       36       40
///  | magic  | version| identity of log | first position   | count  | bytes  | chain  | CRC of |
///  | u32    | u32 = 2| u64             | u64              | u32    | u32    | u32    | cmds   |
///  40                48       52       56       60
///  | life            | link:  | turn   | CRC of | commands: varint length, bytes
///  | u64             | CRC of | u32    | 0..56  |
///  |                 | 0..48  |        |        |
/// ```
/// {@code chain} is the link of the frame before; all CRCs are CRC32C. Positions follow one another over all
/// frames, so a frame that an earlier use of the extent left is known by its position. All but the turn is the
/// same on every disk that holds the log: so life and link at a position tell whether two disks agree up to
/// there.
///
/// Version 1 had one disk, and neither life (taken for 0) nor turn (0): its link was at 40, and the commands
/// followed at 44.
///
/// @param identity drawn when the log was made: no client can forge a frame inside a command
/// @param life which start of the process wrote it first
/// @param turn how often this disk's log was cut off before: of two frames for one position the later turn's
///     counts, and what the earlier one has from there on is dead
record Frame(
        int version,
        long identity,
        long firstPosition,
        int count,
        int payloadBytes,
        int chain,
        int payloadCrc,
        long life,
        int link,
        int turn) {
    static final int HEADER_BYTES = 60;

    /// More is never written: a length beyond it is no length.
    static final int PAYLOAD_BYTES_MAX = 16 << 20;

    static final int VERSION = 2;
    private static final int MAGIC = 0x46574e4c;
    private static final int LINKED_BYTES = 48;
    private static final int CHECKED_BYTES = 56;
    private static final int VERSION_OF_ONE_DISK = 1;
    private static final int LINKED_BYTES_1 = 40;
    private static final int HEADER_BYTES_1 = 44;

    long end() {
        return firstPosition + count;
    }

    int bytes() {
        return headerBytes() + payloadBytes;
    }

    int headerBytes() {
        return version == VERSION_OF_ONE_DISK ? HEADER_BYTES_1 : HEADER_BYTES;
    }

    /// Writes the frame at the buffer's position and pads it with zeros to {@code sectorBytes}.
    static void write(ByteBuffer out, int sectorBytes, long identity, int turn, Entry entry) {
        int start = out.position();
        linked(out, start, identity, entry.first(), entry.count(), entry.payload(), entry.chain(), entry.life());
        out.putInt(start + LINKED_BYTES, entry.link()).putInt(start + LINKED_BYTES + 4, turn);
        out.putInt(start + CHECKED_BYTES, crc(out, start, start + CHECKED_BYTES));
        out.position(start + HEADER_BYTES).put(entry.payload());
        while (out.position() % sectorBytes != 0) {
            out.put((byte) 0);
        }
    }

    /// The CRC that the next frame's {@code chain} holds.
    static int link(long identity, long first, int count, byte[] payload, int chain, long life) {
        ByteBuffer head = ByteBuffer.allocate(LINKED_BYTES);
        linked(head, 0, identity, first, count, payload, chain, life);
        return crc(head, 0, LINKED_BYTES);
    }

    private static void linked(
            ByteBuffer out, int start, long identity, long first, int count, byte[] payload, int chain, long life) {
        CRC32C crc = new CRC32C();
        crc.update(payload);
        out.putInt(start, MAGIC).putInt(start + 4, VERSION).putLong(start + 8, identity);
        out.putLong(start + 16, first).putInt(start + 24, count);
        out.putInt(start + 28, payload.length).putInt(start + 32, chain);
        out.putInt(start + 36, (int) crc.getValue()).putLong(start + 40, life);
    }

    /// Whether a frame of whatever version seems to begin here: its header's CRC holds.
    static boolean isHeader(ByteBuffer in, int at) {
        return in.limit() - at >= HEADER_BYTES
                && in.getInt(at) == MAGIC
                && (checked(in, at, CHECKED_BYTES)
                        || (in.getInt(at + 4) != VERSION && checked(in, at, LINKED_BYTES_1)));
    }

    private static boolean checked(ByteBuffer in, int at, int bytes) {
        return crc(in, at, at + bytes) == in.getInt(at + bytes);
    }

    /// The header at {@code at}, where {@link #isHeader}.
    static Frame header(ByteBuffer in, int at) throws MalformedRecord {
        int version = in.getInt(at + 4);
        if (version != VERSION && version != VERSION_OF_ONE_DISK) {
            throw new MalformedRecord("the log has version " + version + ", this release knows " + VERSION);
        }
        boolean old = version == VERSION_OF_ONE_DISK;
        Frame frame = new Frame(
                version,
                in.getLong(at + 8),
                in.getLong(at + 16),
                in.getInt(at + 24),
                in.getInt(at + 28),
                in.getInt(at + 32),
                in.getInt(at + 36),
                old ? 0 : in.getLong(at + 40),
                in.getInt(at + (old ? LINKED_BYTES_1 : LINKED_BYTES)),
                old ? 0 : in.getInt(at + 52));
        // A command takes at least the byte of its length.
        if (frame.firstPosition < 0
                || frame.payloadBytes < 0
                || frame.payloadBytes > PAYLOAD_BYTES_MAX
                || frame.count < 0
                || frame.count > frame.payloadBytes
                || frame.life < 0
                || frame.turn < 0
                || frame.firstPosition > Long.MAX_VALUE - frame.count) {
            throw new MalformedRecord("a frame out of bounds");
        }
        return frame;
    }

    boolean payloadIntact(ByteBuffer in, int at) {
        return in.limit() - at >= bytes() && crc(in, at + headerBytes(), at + bytes()) == payloadCrc;
    }

    /// The frame with its commands.
    Entry entry(ByteBuffer in, int at) throws MalformedRecord {
        if (in.limit() - at < bytes()) {
            throw new MalformedRecord("a frame ends early");
        }
        byte[] payload = new byte[payloadBytes];
        in.get(at + headerBytes(), payload);
        return new Entry(version, life, firstPosition, count, chain, link, payload, true);
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }
}
