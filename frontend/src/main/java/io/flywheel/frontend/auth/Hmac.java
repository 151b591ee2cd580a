package io.flywheel.frontend.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/// HMAC-SHA256 with a fixed key. The digests of the padded key are computed once and copied for each message, which
/// saves half of a short message's cost. Safe for many threads.
/// @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104</a>
final class Hmac {
    private static final int BLOCK_BYTES = 64;

    private final MessageDigest inner;
    private final MessageDigest outer;

    Hmac(byte[] key) {
        byte[] block = Arrays.copyOf(key.length > BLOCK_BYTES ? Hashing.sha256().digest(key) : key, BLOCK_BYTES);
        inner = padded(block, 0x36);
        outer = padded(block, 0x5c);
    }

    private static MessageDigest padded(byte[] block, int pad) {
        byte[] bytes = new byte[BLOCK_BYTES];
        for (int i = 0; i < BLOCK_BYTES; i++) {
            bytes[i] = (byte) (block[i] ^ pad);
        }
        var digest = Hashing.sha256();
        digest.update(bytes);
        return digest;
    }

    byte[] of(byte[] message, int length) {
        var first = copy(inner);
        first.update(message, 0, length);
        var second = copy(outer);
        second.update(first.digest());
        return second.digest();
    }

    byte[] of(String ascii) {
        byte[] message = ascii.getBytes(StandardCharsets.UTF_8);
        return of(message, message.length);
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
