package io.flywheel.namespace.record;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.AccountId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Reads the fields that {@link Encoder} wrote, out of bytes that may be anything.
public final class Decoder {
    private final byte[] bytes;
    private final int end;
    private int at;

    /// Reads one field of a list or an optional.
    public interface Field<T> {
        T read(Decoder decoder) throws MalformedRecord;
    }

    public Decoder(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public Decoder(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    public int remaining() {
        return end - at;
    }

    /// Reads the version that a record begins with; only {@code known} is understood.
    public Decoder version(int known) throws MalformedRecord {
        int version = u8();
        if (version != known) {
            throw new MalformedRecord("version " + version + " where " + known + " is known");
        }
        return this;
    }

    /// A record ends where its fields do.
    public void end() throws MalformedRecord {
        if (at != end) {
            throw new MalformedRecord(remaining() + " bytes too many");
        }
    }

    public int u8() throws MalformedRecord {
        need(1);
        return bytes[at++] & 0xff;
    }

    public boolean flag() throws MalformedRecord {
        int value = u8();
        if (value > 1) {
            throw new MalformedRecord("flag " + value);
        }
        return value == 1;
    }

    public int fixed32() throws MalformedRecord {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }

    public long fixed64() throws MalformedRecord {
        need(8);
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }

    public long varint() throws MalformedRecord {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new MalformedRecord("a varint of more than ten bytes");
    }

    public long signed() throws MalformedRecord {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /// A varint from 0 to {@code max}.
    public int count(int max) throws MalformedRecord {
        long value = varint();
        if (value < 0 || value > max) {
            throw new MalformedRecord("a count of " + value + " where at most " + max + " may be");
        }
        return (int) value;
    }

    /// A varint that is not negative.
    public long size() throws MalformedRecord {
        long value = varint();
        if (value < 0) {
            throw new MalformedRecord("a negative size");
        }
        return value;
    }

    public byte[] raw(int length) throws MalformedRecord {
        need(length);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public Bytes bytes() throws MalformedRecord {
        return Bytes.wrap(raw(count(remaining())));
    }

    public String text() throws MalformedRecord {
        int length = count(remaining());
        need(length);
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    public <T> Optional<T> optional(Field<T> field) throws MalformedRecord {
        return flag() ? Optional.of(field.read(this)) : Optional.empty();
    }

    /// A count and as many elements, of at least one byte each.
    public <T> List<T> list(Field<T> element) throws MalformedRecord {
        int count = count(remaining());
        List<T> list = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            list.add(element.read(this));
        }
        return list;
    }

    public <E extends Enum<E>> E constant(E[] constants) throws MalformedRecord {
        int ordinal = u8();
        if (ordinal >= constants.length) {
            throw new MalformedRecord("constant " + ordinal);
        }
        return constants[ordinal];
    }

    public AccountId account() throws MalformedRecord {
        String text = flag() ? HexFormat.of().formatHex(raw(32)) : text();
        if (text.length() != 64) {
            throw new MalformedRecord("an account id of " + text.length() + " characters");
        }
        return new AccountId(text);
    }

    public String etag() throws MalformedRecord {
        return switch (u8()) {
            case 0 -> text();
            case 1 -> hex16();
            case 2 -> hex16() + "-" + count(99_999);
            default -> throw new MalformedRecord("an unknown kind of ETag");
        };
    }

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @SuppressWarnings("deprecation") // the one constructor that neither checks nor decodes: every listed key pays it
    private String hex16() throws MalformedRecord {
        need(16);
        byte[] text = new byte[32];
        for (int i = 0; i < 16; i++) {
            byte value = bytes[at++];
            text[2 * i] = DIGITS[(value >> 4) & 0xf];
            text[2 * i + 1] = DIGITS[value & 0xf];
        }
        return new String(text, 0, 0, 32);
    }

    private void need(int length) throws MalformedRecord {
        if (length > end - at) {
            throw new MalformedRecord("it ends early");
        }
    }
}
