package io.flywheel.loadtest.http;

import java.util.Arrays;

/// Bytes that are being written: the head of a request, or what is signed of it. Kept and used again, so that a
/// request allocates nothing for it. Not for several threads.
public final class AsciiBuffer {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes = new byte[1024];
    private int length;

    /// The bytes so far are the first {@link #length} of these.
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    /// Goes back to an earlier length.
    public void truncate(int shorter) {
        length = Math.min(length, shorter);
    }

    /// Appends characters, each of which is ASCII (others are written as `?`).
    public AsciiBuffer text(String text) {
        int count = text.length();
        reserve(count);
        byte[] to = bytes;
        int at = length;
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            to[at + i] = c < 0x80 ? (byte) c : (byte) '?';
        }
        length = at + count;
        return this;
    }

    public AsciiBuffer raw(byte[] more) {
        return raw(more, 0, more.length);
    }

    public AsciiBuffer raw(byte[] more, int from, int count) {
        reserve(count);
        System.arraycopy(more, from, bytes, length, count);
        length += count;
        return this;
    }

    public AsciiBuffer one(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
        return this;
    }

    public AsciiBuffer number(long value) {
        return value >= 0 && value < 10 ? one((char) ('0' + value)) : text(Long.toString(value));
    }

    /// Appends each byte as two lower-case hexadecimal digits.
    public AsciiBuffer hex(byte[] binary) {
        reserve(2 * binary.length);
        for (byte b : binary) {
            bytes[length++] = HEX[(b >> 4) & 15];
            bytes[length++] = HEX[b & 15];
        }
        return this;
    }

    /// Appends a field of a head.
    public AsciiBuffer field(String name, String value) {
        return text(name).one(':').one(' ').text(value).one('\r').one('\n');
    }

    public AsciiBuffer crlf() {
        return one('\r').one('\n');
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
