package io.flywheel.base;

import static io.flywheel.base.Check.check;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// The checksums of S3: streaming, and composed from those of the parts.
public final class Checksums {
    private Checksums() {}

    public static ChecksumHasher hasher(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> new CrcHasher(new CRC32(), algorithm);
            case CRC32C -> new CrcHasher(new CRC32C(), algorithm);
            case CRC64NVME -> new CrcHasher(new Crc64Nvme(), algorithm);
            case SHA1 -> new DigestHasher("SHA-1");
            case SHA256 -> new DigestHasher("SHA-256");
        };
    }

    /// MD5: not a checksum that S3 lets clients choose, but what ETags are made of.
    public static ChecksumHasher md5() {
        return new DigestHasher("MD5");
    }

    /// The checksum of the bytes at hand.
    public static Bytes of(ChecksumAlgorithm algorithm, ByteBuffer bytes) {
        var hasher = hasher(algorithm);
        hasher.update(bytes);
        return hasher.value();
    }

    /// The CRC of A followed by B, from the CRC of each and the length of B.
    ///
    /// @param algorithm one that is {@link ChecksumAlgorithm#composable}
    /// @param lengthB in bytes
    public static Bytes combine(ChecksumAlgorithm algorithm, Bytes crcA, Bytes crcB, long lengthB) {
        check(algorithm.composable(), "only CRCs can be composed");
        check(lengthB >= 0, "lengthB");
        return toBytes(algorithm, CrcComposition.of(algorithm).combine(toLong(crcA), toLong(crcB), lengthB));
    }

    static Bytes toBytes(ChecksumAlgorithm algorithm, long crc) {
        byte[] bytes = new byte[algorithm.lengthBytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (crc >>> (8 * (bytes.length - 1 - i)));
        }
        return Bytes.wrap(bytes);
    }

    private static long toLong(Bytes crc) {
        long value = 0;
        for (int i = 0; i < crc.length(); i++) {
            value = value << 8 | (crc.at(i) & 0xFF);
        }
        return value;
    }

    private record CrcHasher(Checksum crc, ChecksumAlgorithm algorithm) implements ChecksumHasher {
        @Override
        public void update(ByteBuffer bytes) {
            crc.update(bytes);
        }

        @Override
        public void update(byte[] bytes, int from, int length) {
            crc.update(bytes, from, length);
        }

        @Override
        public Bytes value() {
            Bytes value = toBytes(algorithm, crc.getValue());
            crc.reset();
            return value;
        }
    }

    private static final class DigestHasher implements ChecksumHasher {
        private final MessageDigest digest;

        DigestHasher(String name) {
            try {
                digest = MessageDigest.getInstance(name);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has " + name, e);
            }
        }

        @Override
        public void update(ByteBuffer bytes) {
            digest.update(bytes);
        }

        @Override
        public void update(byte[] bytes, int from, int length) {
            digest.update(bytes, from, length);
        }

        @Override
        public Bytes value() {
            return Bytes.wrap(digest.digest());
        }
    }
}
