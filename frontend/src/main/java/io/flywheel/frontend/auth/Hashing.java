package io.flywheel.frontend.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The algorithms that signatures stand on; every JDK has them.
final class Hashing {
    private Hashing() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
