package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The header of a frame, the only thing that is ever appended to an extent. Little-endian:
///
/// ```
///  0               4   5   6   7   8
///  +---------------+---+---+---+---+-------------------------------+
///  | magic "FWFR"  |ver|op |slt|rpl| incarnation of the extent     |
///  +---------------+---+---+---+---+---------------+---------------+ 16
///  | extent        | offset / 64   | payload bytes | digest        |
///  +---------------+---------------+---------------+---------------+ 32
///  | copyset       | stable / 64   | lease                         |
///  +---------------+---------------+---------------+---------------+ 48
///  | counter                       | value offset  | CRC of 0..59  |
///  +-------------------------------+---------------+---------------+ 64
///  | table: the CRC of each 64 KiB of the payload, when it has more than one            |
///  +----------------------------------------------------------------+
///  | payload, then zeros up to a multiple of 64                     |
///  +----------------------------------------------------------------+
/// ```
///
/// All CRCs are CRC32C. The digest is the payload's CRC, or the table's when there is one. Extent and offset say
/// where the frame belongs, so that a misdirected write is noticed; the incarnation says in which life of the
/// extent. Everything in this extent before {@code stable} was persistent when the frame was made: a bad frame
/// before it rotted, one after the last good frame was torn.
///
/// @param offsetBytes where the header begins in the extent, a multiple of 64
/// @param stableBytes a multiple of 64
/// @param valueOffsetBytes where a piece begins in its value
/// @param replaces whether the index had another place of the same shard before (rpl is 1, else 0)
record Frame(
        Operation operation,
        long incarnation,
        int extent,
        long offsetBytes,
        int payloadBytes,
        int digest,
        ShardId shard,
        long stableBytes,
        int valueOffsetBytes,
        boolean replaces) {
    static final int VERSION = 2;
    static final int HEADER_BYTES = 64;
    static final int UNIT_BYTES = 64 << 10;
    static final int PAYLOAD_BYTES_MAX = 4 << 20;
    static final int ALIGNMENT_BYTES = 64;
    /// Stands in frames that belong to no shard.
    static final ShardId NOBODY = new ShardId(new BlockId(0, 1, 0), 0);

    private static final int MAGIC = 0x52465746;

    /// What bytes turned out to be.
    sealed interface Decoded {
        record Valid(Frame frame) implements Decoded {}

        record Invalid(String reason) implements Decoded {}
    }

    Frame {
        check(payloadBytes >= 0 && payloadBytes <= PAYLOAD_BYTES_MAX, "payloadBytes");
        check(offsetBytes >= 0 && offsetBytes % ALIGNMENT_BYTES == 0, "offsetBytes");
        check(stableBytes >= 0 && stableBytes % ALIGNMENT_BYTES == 0, "stableBytes");
    }

    static int units(int payloadBytes) {
        return (payloadBytes + UNIT_BYTES - 1) / UNIT_BYTES;
    }

    /// Bytes of the table of CRCs of a payload.
    static int tableBytes(int payloadBytes) {
        return payloadBytes <= UNIT_BYTES ? 0 : units(payloadBytes) * Integer.BYTES;
    }

    /// Bytes of a whole frame.
    static int bytes(int payloadBytes) {
        int used = HEADER_BYTES + tableBytes(payloadBytes) + payloadBytes;
        return (used + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    int frameBytes() {
        return bytes(payloadBytes);
    }

    long endBytes() {
        return offsetBytes + frameBytes();
    }

    long tableOffsetBytes() {
        return offsetBytes + HEADER_BYTES;
    }

    long payloadOffsetBytes() {
        return tableOffsetBytes() + tableBytes(payloadBytes);
    }

    /// Writes the header at {@code at}.
    void encode(ByteBuffer target, int at) {
        var out = target.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(at, MAGIC);
        out.put(at + 4, (byte) VERSION);
        out.put(at + 5, (byte) operation.code());
        out.put(at + 6, (byte) shard.slot());
        out.put(at + 7, (byte) (replaces ? 1 : 0));
        out.putLong(at + 8, incarnation);
        out.putInt(at + 16, extent);
        out.putInt(at + 20, (int) (offsetBytes / ALIGNMENT_BYTES));
        out.putInt(at + 24, payloadBytes);
        out.putInt(at + 28, digest);
        out.putInt(at + 32, shard.block().copyset());
        out.putInt(at + 36, (int) (stableBytes / ALIGNMENT_BYTES));
        out.putLong(at + 40, shard.block().lease());
        out.putLong(at + 48, shard.block().counter());
        out.putInt(at + 56, valueOffsetBytes);
        out.putInt(at + 60, crc(out, at));
    }

    /// Reads the header at {@code at}; any bytes are allowed.
    static Decoded decode(ByteBuffer source, int at) {
        var in = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.limit() - at < HEADER_BYTES) {
            return new Decoded.Invalid("fewer bytes than a header");
        }
        if (in.getInt(at) != MAGIC) {
            return new Decoded.Invalid("no magic");
        }
        if (in.getInt(at + 60) != crc(in, at)) {
            return new Decoded.Invalid("the header's CRC differs");
        }
        if (in.get(at + 4) != VERSION) {
            return new Decoded.Invalid("frame version " + in.get(at + 4) + " is unknown");
        }
        var operation = Operation.of(in.get(at + 5));
        int slot = in.get(at + 6);
        int payloadBytes = in.getInt(at + 24);
        int copyset = in.getInt(at + 32);
        long lease = in.getLong(at + 40);
        long counter = in.getLong(at + 48);
        if (operation == null
                || in.get(at + 7) >>> 1 != 0
                || slot < 0
                || slot > 31
                || copyset < 0
                || lease < 1
                || counter < 0) {
            return new Decoded.Invalid("a field is out of range");
        }
        if (payloadBytes < 0 || payloadBytes > PAYLOAD_BYTES_MAX) {
            return new Decoded.Invalid("payload of " + payloadBytes + " bytes");
        }
        return new Decoded.Valid(new Frame(
                operation,
                in.getLong(at + 8),
                in.getInt(at + 16),
                Integer.toUnsignedLong(in.getInt(at + 20)) * ALIGNMENT_BYTES,
                payloadBytes,
                in.getInt(at + 28),
                new ShardId(new BlockId(copyset, lease, counter), slot),
                Integer.toUnsignedLong(in.getInt(at + 36)) * ALIGNMENT_BYTES,
                in.getInt(at + 56),
                in.get(at + 7) == 1));
    }

    private static int crc(ByteBuffer bytes, int at) {
        return crc32c(bytes.slice(at, 60));
    }

    /// CRC32C from position to limit, which stay as they are.
    static int crc32c(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }
}
