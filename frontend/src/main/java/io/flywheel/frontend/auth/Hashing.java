package io.flywheel.frontend.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The algorithms that signatures stand on; every JDK has them.
final class Hashing {
    static final HexFormat HEX = HexFormat.of();
    static final String EMPTY_SHA256 = HEX.formatHex(sha256().digest());

    private Hashing() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Whether {@code hex} spells {@code expected}; takes the same time wherever they differ.
    static boolean spells(String hex, byte[] expected) {
        byte[] spelled = HEX.formatHex(expected).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(spelled, hex.getBytes(StandardCharsets.US_ASCII));
    }
}
