package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.record.Decoder;
import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The keys of the tables. A client's key that is followed by more is escaped, so that no key is the beginning of
/// another: 0x00 becomes 0x00 0xff, and 0x00 0x01 ends it. Order is kept. What is read back out of keys may be
/// anything.
final class Keys {
    static final byte[] APPLIED = "applied".getBytes(StandardCharsets.US_ASCII);
    static final byte[] LOG = "log".getBytes(StandardCharsets.US_ASCII);

    /// Above every key.
    static final byte[] END = filled(64, (byte) 0xff);

    private static final int POSITION_BYTES = 8;

    private Keys() {}

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] text(String first, String second) {
        return (first + second).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static long number(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes);
        long number = in.fixed64();
        in.end();
        return number;
    }

    /// bucket, key
    static byte[] key(long bucket, Bytes key) {
        byte[] bytes = new byte[8 + key.length()];
        ByteBuffer.wrap(bytes).putLong(bucket);
        key.copyTo(bytes, 8);
        return bytes;
    }

    /// bucket, the escaped beginning of a key
    static byte[] escaped(long bucket, Bytes prefix) {
        return escaped(bucket, prefix, 0);
    }

    /// bucket, escaped key, terminator
    static byte[] terminated(long bucket, Bytes key) {
        byte[] bytes = escaped(bucket, key, 2);
        bytes[bytes.length - 1] = 1;
        return bytes;
    }

    /// bucket, escaped key, terminator, ~position
    static byte[] version(long bucket, Bytes key, long position) {
        byte[] bytes = escaped(bucket, key, 2 + POSITION_BYTES);
        bytes[bytes.length - POSITION_BYTES - 1] = 1;
        ByteBuffer.wrap(bytes).putLong(bytes.length - POSITION_BYTES, ~position);
        return bytes;
    }

    /// The position at the end of a version's key.
    static long position(byte[] versionKey) throws MalformedRecord {
        return ~tail(versionKey, POSITION_BYTES).fixed64();
    }

    /// bucket, escaped key, terminator, begun, upload
    static byte[] uploadKey(long bucket, Bytes key, long begunMillis, UploadId upload) {
        byte[] bytes = escaped(bucket, key, 2 + 24);
        bytes[bytes.length - 25] = 1;
        ByteBuffer.wrap(bytes, bytes.length - 24, 24)
                .putLong(ordered(begunMillis))
                .putLong(upload.high())
                .putLong(upload.low());
        return bytes;
    }

    /// The upload at the end of a key.
    static UploadId uploadAtEnd(byte[] key) throws MalformedRecord {
        Decoder in = tail(key, 16);
        long high = in.fixed64();
        long low = in.fixed64();
        if (high == 0 && low == 0) {
            throw new MalformedRecord("an upload id of zeros");
        }
        return new UploadId(high, low);
    }

    /// begun, upload
    static byte[] uploadTime(long begunMillis, UploadId upload) {
        return ByteBuffer.allocate(24)
                .putLong(ordered(begunMillis))
                .putLong(upload.high())
                .putLong(upload.low())
                .array();
    }

    /// Below every upload that began at {@code begunMillis} or later.
    static byte[] timeBound(long begunMillis) {
        return number(ordered(begunMillis));
    }

    static byte[] upload(UploadId upload) {
        return ByteBuffer.allocate(16)
                .putLong(upload.high())
                .putLong(upload.low())
                .array();
    }

    static byte[] part(UploadId upload, int number) {
        return ByteBuffer.allocate(20)
                .putLong(upload.high())
                .putLong(upload.low())
                .putInt(number)
                .array();
    }

    static byte[] versionPayload(long position) {
        return ByteBuffer.allocate(9).put((byte) 'v').putLong(position).array();
    }

    static byte[] partPayload(UploadId upload, int number) {
        return ByteBuffer.allocate(21)
                .put((byte) 'p')
                .putLong(upload.high())
                .putLong(upload.low())
                .putInt(number)
                .array();
    }

    static byte[] block(BlockId block) {
        return ByteBuffer.allocate(20)
                .putInt(block.copyset())
                .putLong(block.lease())
                .putLong(block.counter())
                .array();
    }

    static BlockId block(byte[] key) throws MalformedRecord {
        Decoder in = new Decoder(key);
        int copyset = in.fixed32();
        long lease = in.fixed64();
        long counter = in.fixed64();
        in.end();
        if (copyset < 0 || lease < 1 || counter < 0) {
            throw new MalformedRecord("a block id out of bounds");
        }
        return new BlockId(copyset, lease, counter);
    }

    static byte[] deletion(long position, int ordinal) {
        return ByteBuffer.allocate(12).putLong(position).putInt(ordinal).array();
    }

    static Command.Reclaimed.Entry deletion(byte[] key) throws MalformedRecord {
        Decoder in = new Decoder(key);
        var entry = new Command.Reclaimed.Entry(in.fixed64(), in.fixed32());
        in.end();
        return entry;
    }

    static byte[] answer(long position) {
        return ByteBuffer.allocate(4)
                .putInt((int) (position % Rules.REMEMBERED))
                .array();
    }

    /// The least key above {@code key}.
    static byte[] next(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /// The least key above all that begin with {@code prefix}.
    static byte[] pastPrefix(byte[] prefix) {
        int last = prefix.length - 1;
        while (last >= 0 && prefix[last] == (byte) 0xff) {
            last--;
        }
        if (last < 0) {
            return END;
        }
        byte[] past = Arrays.copyOf(prefix, last + 1);
        past[last]++;
        return past;
    }

    /// The client's key out of a key that holds it escaped between the bucket and {@code tailBytes} (terminator
    /// included).
    static Bytes unescaped(byte[] key, int tailBytes) throws MalformedRecord {
        int end = key.length - tailBytes;
        if (end < 8) {
            throw new MalformedRecord("it ends early");
        }
        byte[] plain = new byte[end - 8];
        int length = 0;
        for (int at = 8; at < end; at++) {
            plain[length++] = key[at];
            if (key[at] == 0 && (++at == end || key[at] != (byte) 0xff)) {
                throw new MalformedRecord("a zero that is not escaped");
            }
        }
        return Bytes.wrap(length == plain.length ? plain : Arrays.copyOf(plain, length));
    }

    private static Decoder tail(byte[] key, int bytes) throws MalformedRecord {
        if (key.length < bytes) {
            throw new MalformedRecord("it ends early");
        }
        return new Decoder(key, key.length - bytes, key.length);
    }

    private static byte[] escaped(long bucket, Bytes key, int tailBytes) {
        int zeros = 0;
        for (int i = 0; i < key.length(); i++) {
            zeros += key.at(i) == 0 ? 1 : 0;
        }
        byte[] bytes = new byte[8 + key.length() + zeros + tailBytes];
        ByteBuffer.wrap(bytes).putLong(bucket);
        if (zeros == 0) {
            key.copyTo(bytes, 8);
            return bytes;
        }
        int to = 8;
        for (int i = 0; i < key.length(); i++) {
            bytes[to++] = key.at(i);
            if (key.at(i) == 0) {
                bytes[to++] = (byte) 0xff;
            }
        }
        return bytes;
    }

    /// Makes signed numbers sort as unsigned ones.
    private static long ordered(long signed) {
        return signed ^ Long.MIN_VALUE;
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
