package io.flywheel.loadtest.s3;

import java.nio.charset.StandardCharsets;

/// The spelling of keys and values in URLs that is also the one that is signed.
final class Percent {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private Percent() {}

    static String path(String text) {
        return encode(text, true);
    }

    static String value(String text) {
        return encode(text, false);
    }

    private static String encode(String text, boolean slashes) {
        int plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain), slashes)) {
            plain++;
        }
        if (plain == text.length()) {
            return text;
        }
        var encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain((char) (b & 0xFF), slashes)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
            }
        }
        return encoded.toString();
    }

    private static boolean isPlain(char c, boolean slashes) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '~'
                || (slashes && c == '/');
    }
}
