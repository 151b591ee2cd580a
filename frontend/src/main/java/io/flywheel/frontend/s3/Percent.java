package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Percent-encoding as S3 uses it.
final class Percent {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Percent() {}

    /// Decodes {@code text}, whose characters are bytes. The result is checked to be UTF-8.
    ///
    /// @param plusIsSpace as in forms and query strings; in paths a plus is a plus
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidURI
    static Bytes decode(String text, boolean plusIsSpace) {
        int length = text.length();
        byte[] decoded = new byte[length];
        int size = 0;
        boolean ascii = true;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c > 0xFF) {
                throw S3Error.INVALID_URI.failure();
            }
            if (c == '%') {
                if (i + 2 >= length) {
                    throw S3Error.INVALID_URI.failure();
                }
                int high = Character.digit(text.charAt(i + 1), 16);
                int low = Character.digit(text.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    throw S3Error.INVALID_URI.failure();
                }
                c = (char) (high << 4 | low);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                c = ' ';
            }
            ascii &= c < 0x80;
            decoded[size++] = (byte) c;
        }
        Bytes bytes = Bytes.wrap(size == length ? decoded : Arrays.copyOf(decoded, size));
        if (!ascii && !isUtf8(bytes)) {
            throw S3Error.INVALID_URI.failure();
        }
        return bytes;
    }

    static boolean isUtf8(Bytes bytes) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes.toArray()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// Encodes as S3 does in listings with {@code encoding-type=url}: a slash stays, a space becomes a plus.
    static String encodeForListing(Bytes name) {
        var out = new StringBuilder(name.length() + 16);
        for (int i = 0; i < name.length(); i++) {
            int c = name.at(i) & 0xFF;
            if ((c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.'
                    || c == '*'
                    || c == '/') {
                out.append((char) c);
            } else if (c == ' ') {
                out.append('+');
            } else {
                out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
            }
        }
        return out.toString();
    }

    /// Encodes a key for use in the path of a URL.
    static String encodePath(Bytes key) {
        return encodeForListing(key).replace("+", "%20").replace("*", "%2A");
    }
}
