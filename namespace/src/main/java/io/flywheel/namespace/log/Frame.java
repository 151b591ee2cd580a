package io.flywheel.namespace.log;

import io.flywheel.namespace.record.Decoder;
import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// One batch of commands in the log: begins on a sector and is padded to one.
///
/// ```
///  0        4        8                 16                 24       28       32       36       40       44
///  | magic  | version| identity of log | first position   | count  | bytes  | chain  | CRC of | CRC of | commands:
///  | u32    | u32 = 1| u64             | u64              | u32    | u32    | u32    | cmds   | 0..40  | varint
///                                                                                                      | length, bytes
/// ```
/// {@code chain} is the CRC of 0..40 of the frame before; both CRCs are CRC32C. Positions follow one another over all
/// frames, so a frame that an earlier use of the extent left is known by its position.
///
/// @param identity drawn when the log was made: no client can forge a frame inside a command
record Frame(long identity, long firstPosition, int count, int payloadBytes, int chain, int payloadCrc) {
    static final int HEADER_BYTES = 44;

    /// More is never written: a length beyond it is no length.
    static final int PAYLOAD_BYTES_MAX = 16 << 20;

    private static final int MAGIC = 0x46574e4c;
    private static final int VERSION = 1;
    private static final int CHECKED_BYTES = 40;

    long end() {
        return firstPosition + count;
    }

    int bytes() {
        return HEADER_BYTES + payloadBytes;
    }

    /// Writes the frame at the buffer's position and pads it with zeros to {@code sectorBytes}; returns its CRC.
    static int write(
            ByteBuffer out, int sectorBytes, long identity, long firstPosition, int chain, List<byte[]> commands) {
        int start = out.position();
        out.position(start + HEADER_BYTES);
        for (byte[] command : commands) {
            putVarint(out, command.length);
            out.put(command);
        }
        int end = out.position();
        int payloadCrc = crc(out, start + HEADER_BYTES, end);
        out.putInt(start, MAGIC).putInt(start + 4, VERSION).putLong(start + 8, identity);
        out.putLong(start + 16, firstPosition).putInt(start + 24, commands.size());
        out.putInt(start + 28, end - start - HEADER_BYTES).putInt(start + 32, chain);
        out.putInt(start + 36, payloadCrc);
        int headerCrc = crc(out, start, start + CHECKED_BYTES);
        out.putInt(start + CHECKED_BYTES, headerCrc);
        while (out.position() % sectorBytes != 0) {
            out.put((byte) 0);
        }
        return headerCrc;
    }

    /// The most bytes that a frame of these commands may take, without padding.
    static long bytesOf(List<byte[]> commands) {
        long bytes = HEADER_BYTES;
        for (byte[] command : commands) {
            bytes += command.length + 5L;
        }
        return bytes;
    }

    /// Whether a frame of whatever version seems to begin here: its header's CRC holds.
    static boolean isHeader(ByteBuffer in, int at) {
        return in.limit() - at >= HEADER_BYTES
                && in.getInt(at) == MAGIC
                && crc(in, at, at + CHECKED_BYTES) == in.getInt(at + CHECKED_BYTES);
    }

    /// The header at {@code at}, where {@link #isHeader}.
    static Frame header(ByteBuffer in, int at) throws MalformedRecord {
        int version = in.getInt(at + 4);
        if (version != VERSION) {
            throw new MalformedRecord("the log has version " + version + ", this release knows " + VERSION);
        }
        Frame frame = new Frame(
                in.getLong(at + 8),
                in.getLong(at + 16),
                in.getInt(at + 24),
                in.getInt(at + 28),
                in.getInt(at + 32),
                in.getInt(at + 36));
        // A command takes at least the byte of its length.
        if (frame.firstPosition < 0
                || frame.payloadBytes < 0
                || frame.payloadBytes > PAYLOAD_BYTES_MAX
                || frame.count < 0
                || frame.count > frame.payloadBytes
                || frame.firstPosition > Long.MAX_VALUE - frame.count) {
            throw new MalformedRecord("a frame out of bounds");
        }
        return frame;
    }

    /// The CRC that the next frame's {@code chain} holds.
    static int link(ByteBuffer in, int at) {
        return in.getInt(at + CHECKED_BYTES);
    }

    boolean payloadIntact(ByteBuffer in, int at) {
        return in.limit() - at >= bytes() && crc(in, at + HEADER_BYTES, at + bytes()) == payloadCrc;
    }

    List<byte[]> commands(ByteBuffer in, int at) throws MalformedRecord {
        if (in.limit() - at < bytes()) {
            throw new MalformedRecord("a frame ends early");
        }
        byte[] payload = new byte[payloadBytes];
        in.get(at + HEADER_BYTES, payload);
        Decoder decoder = new Decoder(payload);
        List<byte[]> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(decoder.raw(decoder.count(decoder.remaining())));
        }
        decoder.end();
        return commands;
    }

    private static void putVarint(ByteBuffer out, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }
}
