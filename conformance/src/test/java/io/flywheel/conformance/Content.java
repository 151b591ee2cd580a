package io.flywheel.conformance;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// Bytes that follow from a seed and a size, so that they need not be kept to be compared.
public record Content(long seed, int sizeBytes) {

    /// The bytes.
    public byte[] bytes() {
        byte[] bytes = new byte[sizeBytes];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /// The ETag of these bytes put as one object, without quotes.
    public String md5() {
        return md5(bytes());
    }

    /// The MD5 of `bytes` in hexadecimal.
    public static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
