package io.flywheel.frontend.auth;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;

/// Writes the canonical form of a request into an array that is reused; one for each thread.
///
/// A query is never decoded as a whole: every escape stays where it is, only its spelling becomes S3's: unreserved
/// characters plain, all others as {@code %XX}. In a path {@code %2F} is also spelled {@code /}, since HTTP clients
/// that would fold {@code //} send {@code /%2F} after the first was signed (Apache HttpClient under the AWS SDK for
/// Java); both name the same key.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3: signature
///     calculations</a>
final class CanonicalRequest {
    private static final boolean[] UNRESERVED = new boolean[128];
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    static {
        for (char c = 0; c < 128; c++) {
            UNRESERVED[c] = (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "-._~".indexOf(c) >= 0;
        }
    }

    private byte[] bytes = new byte[2048];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    String text() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    /// @param pathAsSent whether to leave the path's spelling alone
    /// @param without a query parameter to leave out; empty for none
    void write(RequestHead head, String signedHeaders, String payload, String without, boolean pathAsSent) {
        length = 0;
        put(head.method());
        put('\n');
        if (pathAsSent) {
            put(head.rawPath());
        } else {
            respell(head.rawPath(), 0, head.rawPath().length(), true);
        }
        put('\n');
        query(head.rawQuery(), without);
        put('\n');
        headers(head.headers(), signedHeaders);
        put('\n');
        put(signedHeaders);
        put('\n');
        put(payload);
    }

    /// Writes {@code text}'s characters with S3's spelling; escapes are known to be well formed.
    private void respell(String text, int from, int to, boolean isPath) {
        reserve((to - from) * 3);
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < 128 && UNRESERVED[c]) || (isPath && c == '/')) {
                bytes[length++] = (byte) c;
            } else if (c == '%') {
                int value = Character.digit(text.charAt(i + 1), 16) << 4 | Character.digit(text.charAt(i + 2), 16);
                i += 2;
                if ((value < 128 && UNRESERVED[value]) || (isPath && value == '/')) {
                    bytes[length++] = (byte) value;
                } else {
                    escape(value);
                }
            } else {
                escape(c == '+' && !isPath ? ' ' : c);
            }
        }
    }

    private void escape(int value) {
        bytes[length++] = '%';
        bytes[length++] = HEX[value >> 4 & 15];
        bytes[length++] = HEX[value & 15];
    }

    /// Parameters in their canonical spelling, ordered by name, then value.
    private void query(String query, String without) {
        if (query.isEmpty()) {
            return;
        }
        int start = length;
        var parameters = new ArrayList<byte[][]>();
        for (int from = 0; from <= query.length(); ) {
            int ampersand = query.indexOf('&', from);
            int to = ampersand < 0 ? query.length() : ampersand;
            if (to > from) {
                int equals = query.indexOf('=', from);
                int nameTo = equals < 0 || equals > to ? to : equals;
                byte[] name = respelled(query, from, nameTo, start);
                byte[] value = nameTo == to ? new byte[0] : respelled(query, nameTo + 1, to, start);
                if (without.isEmpty() || !new String(name, StandardCharsets.US_ASCII).equals(without)) {
                    parameters.add(new byte[][] {name, value});
                }
            }
            from = to + 1;
        }
        if (parameters.size() > 1) {
            parameters.sort(Comparator.<byte[][], byte[]>comparing(p -> p[0], Arrays::compareUnsigned)
                    .thenComparing(p -> p[1], Arrays::compareUnsigned));
        }
        boolean first = true;
        for (byte[][] parameter : parameters) {
            if (!first) {
                put('&');
            }
            first = false;
            put(parameter[0]);
            put('=');
            put(parameter[1]);
        }
    }

    private byte[] respelled(String text, int from, int to, int start) {
        respell(text, from, to, false);
        byte[] result = Arrays.copyOfRange(bytes, start, length);
        length = start;
        return result;
    }

    private void headers(Headers headers, String signedHeaders) {
        for (int from = 0; from < signedHeaders.length(); ) {
            int semicolon = signedHeaders.indexOf(';', from);
            int to = semicolon < 0 ? signedHeaders.length() : semicolon;
            String name = signedHeaders.substring(from, to);
            put(name);
            put(':');
            boolean first = true;
            for (int at = headers.indexOf(name, 0); at >= 0; at = headers.indexOf(name, at + 1)) {
                if (!first) {
                    put(',');
                }
                first = false;
                value(headers.value(at));
            }
            put('\n');
            from = to + 1;
        }
    }

    /// A value, trimmed, with runs of spaces made one.
    private void value(String value) {
        if (value.indexOf("  ") < 0) {
            put(value.strip());
            return;
        }
        boolean space = false;
        String stripped = value.strip();
        for (int i = 0; i < stripped.length(); i++) {
            char c = stripped.charAt(i);
            if (c != ' ' || !space) {
                put(c);
            }
            space = c == ' ';
        }
    }

    /// Begins anew with the string to sign for what was hashed to {@code hash}.
    void writeStringToSign(String dateTime, String scope, byte[] hash) {
        length = 0;
        put(SignatureV4.ALGORITHM);
        put('\n');
        put(dateTime);
        put('\n');
        put(scope);
        put('\n');
        put(Hashing.HEX.formatHex(hash));
    }

    private void put(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
    }

    private void put(byte[] part) {
        reserve(part.length);
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
    }

    /// The low bytes of the characters, which is what the head of a request holds: the method is deprecated for that.
    @SuppressWarnings("deprecation")
    private void put(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
