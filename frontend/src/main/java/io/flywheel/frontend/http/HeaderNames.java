package io.flywheel.frontend.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Names of header fields: the known ones are found in the bytes of a request without making strings, and written with
/// the spelling that people expect.
final class HeaderNames {
    /// The first ones have a meaning to this package; their places are the constants below.
    private static final String[] SPELLED = {
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Expect",
        "Accept",
        "Accept-Encoding",
        "Accept-Ranges",
        "Access-Control-Allow-Headers",
        "Access-Control-Allow-Methods",
        "Access-Control-Allow-Origin",
        "Access-Control-Expose-Headers",
        "Access-Control-Max-Age",
        "Allow",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "Authorization",
        "Cache-Control",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-MD5",
        "Content-Range",
        "Content-Type",
        "Date",
        "ETag",
        "Expires",
        "If-Match",
        "If-Modified-Since",
        "If-None-Match",
        "If-Range",
        "If-Unmodified-Since",
        "Last-Modified",
        "Location",
        "Origin",
        "Range",
        "Retry-After",
        "Server",
        "User-Agent",
        "Vary",
        "x-amz-bucket-region",
        "x-amz-checksum-algorithm",
        "x-amz-checksum-crc32",
        "x-amz-checksum-crc32c",
        "x-amz-checksum-crc64nvme",
        "x-amz-checksum-mode",
        "x-amz-checksum-sha1",
        "x-amz-checksum-sha256",
        "x-amz-checksum-type",
        "x-amz-content-sha256",
        "x-amz-copy-source",
        "x-amz-copy-source-range",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-delete-marker",
        "x-amz-expected-bucket-owner",
        "x-amz-id-2",
        "x-amz-metadata-directive",
        "x-amz-mp-parts-count",
        "x-amz-object-attributes",
        "x-amz-request-id",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-tagging-count",
        "x-amz-trailer",
        "x-amz-user-agent",
        "x-amz-version-id",
    };

    static final int HOST = 0;
    static final int CONTENT_LENGTH = 1;
    static final int TRANSFER_ENCODING = 2;
    static final int CONNECTION = 3;
    static final int EXPECT = 4;

    private static final int SLOTS = 512;
    private static final String[] LOWER = new String[SPELLED.length];
    private static final byte[][] ENCODED = new byte[SPELLED.length][];

    /// Open addressing: index + 1 of a name at its hash or the next free place, 0 where free.
    private static final byte[] TABLE = new byte[SLOTS];

    /// For each byte: itself in lower case if it may stand in a token, otherwise 0.
    private static final byte[] TOKEN = new byte[256];

    static {
        for (char c = '!'; c < 0x7f; c++) {
            if ("\"(),/:;<=>?@[\\]{}".indexOf(c) < 0) {
                TOKEN[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
            }
        }
        for (int i = 0; i < SPELLED.length; i++) {
            LOWER[i] = SPELLED[i].toLowerCase(Locale.ROOT).intern();
            ENCODED[i] = (SPELLED[i] + ": ").getBytes(StandardCharsets.ISO_8859_1);
            int hash = 0;
            for (int k = 0; k < LOWER[i].length(); k++) {
                hash = hash(hash, LOWER[i].charAt(k));
            }
            int slot = slot(hash);
            while (TABLE[slot] != 0) {
                slot = (slot + 1) & (SLOTS - 1);
            }
            TABLE[slot] = (byte) (i + 1);
        }
    }

    private HeaderNames() {}

    /// {@code b} in lower case if it may stand in a token, otherwise 0.
    static byte token(byte b) {
        return TOKEN[b & 0xff];
    }

    /// Adds the next byte, in lower case, to a hash that began with 0.
    static int hash(int hash, int lowerCaseByte) {
        return hash * 31 + lowerCaseByte;
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 9) ^ (hash >>> 18)) & (SLOTS - 1);
    }

    /// The known name that the bytes spell in any case, or -1.
    static int find(byte[] bytes, int from, int to, int hash) {
        for (int slot = slot(hash); TABLE[slot] != 0; slot = (slot + 1) & (SLOTS - 1)) {
            int index = TABLE[slot] - 1;
            if (spells(bytes, from, to, LOWER[index])) {
                return index;
            }
        }
        return -1;
    }

    private static boolean spells(byte[] bytes, int from, int to, String lower) {
        if (lower.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (TOKEN[bytes[i] & 0xff] != lower.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }

    /// A known name in lower case.
    static String name(int index) {
        return LOWER[index];
    }

    /// The bytes of a name in lower case, which need not be known, with its colon and space.
    static byte[] encoded(String lowerCaseName) {
        int hash = 0;
        for (int i = 0; i < lowerCaseName.length(); i++) {
            hash = hash(hash, lowerCaseName.charAt(i));
        }
        for (int slot = slot(hash); TABLE[slot] != 0; slot = (slot + 1) & (SLOTS - 1)) {
            int index = TABLE[slot] - 1;
            if (LOWER[index].equals(lowerCaseName)) {
                return ENCODED[index];
            }
        }
        return (lowerCaseName + ": ").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// {@code name} in lower case, itself if it is already.
    static String lowerCase(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return name.toLowerCase(Locale.ROOT);
            }
        }
        return name;
    }
}
