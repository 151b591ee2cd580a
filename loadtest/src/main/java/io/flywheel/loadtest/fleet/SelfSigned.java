package io.flywheel.loadtest.fleet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/// A certificate that vouches for itself, in the first version of X.509 (RFC 5280, 4.1): agents know it by its
/// fingerprint, so it says nothing else. The JDK reads certificates and makes none.
final class SelfSigned {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTF8 = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    /// The identifiers 1.2.840.10045.4.3.2, ecdsa-with-SHA256, and 2.5.4.3, common name, whole.
    private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("06082a8648ce3d040302");

    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");

    private SelfSigned() {}

    /// @param keys of an elliptic curve
    static X509Certificate of(KeyPair keys, SecureRandom random) throws GeneralSecurityException {
        byte[] algorithm = element(SEQUENCE, ECDSA_SHA256);
        byte[] name = element(
                SEQUENCE,
                element(
                        SET,
                        element(
                                SEQUENCE,
                                COMMON_NAME,
                                element(UTF8, "flywheel loadtest controller".getBytes(StandardCharsets.UTF_8)))));
        byte[] content = element(
                SEQUENCE,
                element(INTEGER, new BigInteger(63, random).add(BigInteger.ONE).toByteArray()),
                algorithm,
                name,
                // For ever: a pinned certificate is replaced, it does not expire.
                element(SEQUENCE, time("20200101000000Z"), time("99991231235959Z")),
                name,
                keys.getPublic().getEncoded());
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(content);
        // A bit string begins with how many bits of its last byte are unused.
        byte[] signed = element(BIT_STRING, new byte[] {0}, signature.sign());
        byte[] whole = element(SEQUENCE, content, algorithm, signed);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
    }

    private static byte[] time(String text) {
        return element(GENERALIZED_TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Tag, length, content (X.690, 8.1, the definite form).
    private static byte[] element(int tag, byte[]... contents) {
        int length = 0;
        for (byte[] content : contents) {
            length += content.length;
        }
        var bytes = new ByteArrayOutputStream();
        bytes.write(tag);
        if (length < 0x80) {
            bytes.write(length);
        } else if (length < 0x100) {
            bytes.write(0x81);
            bytes.write(length);
        } else {
            bytes.write(0x82);
            bytes.write(length >>> 8);
            bytes.write(length);
        }
        for (byte[] content : contents) {
            bytes.writeBytes(content);
        }
        return bytes.toByteArray();
    }
}
