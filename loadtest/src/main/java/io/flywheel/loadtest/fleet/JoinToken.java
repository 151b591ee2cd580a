package io.flywheel.loadtest.fleet;

import static io.flywheel.base.Check.check;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/// What an agent needs to join: a secret, by which the controller knows its agents, and the SHA-256 of the controller's
/// certificate, by which agents know it.
public final class JoinToken {
    static final int SECRET_BYTES = 24;
    private static final int FINGERPRINT_BYTES = 32;
    private static final String PREFIX = "fwl1_";

    private final byte[] secret;
    private final byte[] fingerprint;

    JoinToken(byte[] secret, byte[] fingerprint) {
        check(secret.length == SECRET_BYTES && fingerprint.length == FINGERPRINT_BYTES, "lengths");
        this.secret = secret.clone();
        this.fingerprint = fingerprint.clone();
    }

    /// @throws IllegalArgumentException when the text is no token
    public static JoinToken parse(String text) {
        String stripped = text.strip();
        byte[] both = {};
        if (stripped.startsWith(PREFIX)) {
            try {
                both = Base64.getUrlDecoder().decode(stripped.substring(PREFIX.length()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the token is not whole: copy it anew from the controller", e);
            }
        }
        if (both.length != SECRET_BYTES + FINGERPRINT_BYTES) {
            throw new IllegalArgumentException(
                    "a token begins with " + PREFIX + " and has 80 characters, as the controller prints it");
        }
        return new JoinToken(Arrays.copyOf(both, SECRET_BYTES), Arrays.copyOfRange(both, SECRET_BYTES, both.length));
    }

    String text() {
        byte[] both = Arrays.copyOf(secret, SECRET_BYTES + FINGERPRINT_BYTES);
        System.arraycopy(fingerprint, 0, both, SECRET_BYTES, FINGERPRINT_BYTES);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(both);
    }

    /// The same controller's, with another secret.
    JoinToken withSecret(byte[] other) {
        return new JoinToken(other, fingerprint);
    }

    byte[] secret() {
        return secret.clone();
    }

    /// Whether somebody has the secret; in the same time whatever is wrong with it.
    boolean isSecret(byte[] said) {
        return MessageDigest.isEqual(secret, said);
    }

    /// Whether a certificate is the controller's.
    boolean isFingerprint(byte[] sha256) {
        return MessageDigest.isEqual(fingerprint, sha256);
    }

    /// Without the secret: it may be logged.
    @Override
    public String toString() {
        return "JoinToken[" + Base64.getUrlEncoder().withoutPadding().encodeToString(fingerprint) + "]";
    }
}
