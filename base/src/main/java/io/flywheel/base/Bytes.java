package io.flywheel.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable string of bytes, ordered as unsigned bytes: the order of S3 keys.
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /// A copy of {@code bytes}.
    public static Bytes of(byte... bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
    }

    /// Takes {@code bytes} without copying: the caller must not touch them again.
    public static Bytes wrap(byte[] bytes) {
        return new Bytes(bytes);
    }

    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public byte at(int index) {
        return bytes[index];
    }

    public Bytes slice(int from, int to) {
        return new Bytes(Arrays.copyOfRange(bytes, from, to));
    }

    public boolean startsWith(Bytes prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
    }

    /// The first index at or after {@code from} where {@code part} begins, or -1.
    public int indexOf(Bytes part, int from) {
        for (int at = from; at <= bytes.length - part.bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.bytes.length, part.bytes, 0, part.bytes.length)) {
                return at;
            }
        }
        return -1;
    }

    public Bytes concat(Bytes other) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        System.arraycopy(other.bytes, 0, joined, bytes.length, other.bytes.length);
        return new Bytes(joined);
    }

    /// A copy.
    public byte[] toArray() {
        return bytes.clone();
    }

    /// A read-only view without copying.
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    public void copyTo(byte[] destination, int at) {
        System.arraycopy(bytes, 0, destination, at, bytes.length);
    }

    /// The text these bytes encode; malformed sequences become U+FFFD, so use it only where UTF-8 was checked.
    public String toUtf8() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return toUtf8();
    }
}
