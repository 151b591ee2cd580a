package io.flywheel.namespace.record;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.AccountId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes a record field by field; {@link Decoder} reads the same fields back. Fixed numbers are big-endian, varints
/// have seven bits a byte, the lowest first.
public final class Encoder {
    private byte[] bytes;
    private int length;

    public Encoder(int expectedBytes) {
        bytes = new byte[Math.max(expectedBytes, 16)];
    }

    public int length() {
        return length;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }

    public Encoder u8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    public Encoder flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    /// The order of an enum's constants is part of the format: new ones go last.
    @SuppressWarnings("EnumOrdinal")
    public Encoder constant(Enum<?> constant) {
        return u8(constant.ordinal());
    }

    public Encoder fixed32(int value) {
        reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public Encoder fixed64(long value) {
        reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public Encoder varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    /// A number that may be negative: small ones of either sign are short.
    public Encoder signed(long value) {
        return varint((value << 1) ^ (value >> 63));
    }

    public Encoder raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    public Encoder bytes(Bytes value) {
        varint(value.length());
        reserve(value.length());
        value.copyTo(bytes, length);
        length += value.length();
        return this;
    }

    public Encoder text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return varint(utf8.length).raw(utf8);
    }

    public <T> Encoder optional(Optional<T> value, Consumer<T> write) {
        flag(value.isPresent());
        value.ifPresent(write);
        return this;
    }

    /// 32 bytes where it is hexadecimal, as it should be.
    public Encoder account(AccountId account) {
        boolean hex = lowerHex(account.value(), 64);
        flag(hex);
        return hex ? raw(HexFormat.of().parseHex(account.value())) : text(account.value());
    }

    /// 0: text; 1: an MD5 in 16 bytes; 2: an MD5 and, as a varint, the number of parts after it.
    public Encoder etag(String etag) {
        if (lowerHex(etag, 32)) {
            return u8(1).raw(HexFormat.of().parseHex(etag));
        }
        if (etag.length() >= 34
                && etag.length() <= 38
                && etag.charAt(32) == '-'
                && lowerHex(etag.substring(0, 32), 32)) {
            String parts = etag.substring(33);
            if (parts.chars().allMatch(c -> c >= '0' && c <= '9') && parts.charAt(0) != '0') {
                return u8(2).raw(HexFormat.of().parseHex(etag, 0, 32)).varint(Integer.parseInt(parts));
            }
        }
        return u8(0).text(etag);
    }

    private static boolean lowerHex(String text, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
