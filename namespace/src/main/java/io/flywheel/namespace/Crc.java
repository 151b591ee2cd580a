package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/// Composes the CRC of a whole from those of its parts: the first part's CRC times x to the power of the second's bits,
/// plus the second's, modulo the polynomial. All three CRCs are bit-reflected, begin with and are inverted at the end
/// by all ones, so the inversions cancel.
final class Crc {
    private Crc() {}

    static Bytes combine(ChecksumAlgorithm algorithm, Bytes first, Bytes second, long secondBytes) {
        int bits = algorithm.lengthBytes() * 8;
        long polynomial = polynomial(algorithm);
        long shift = 1L << (bits - 1);
        long square = 1L << (bits - 2);
        for (int i = 0; i < 3; i++) {
            square = times(square, square, polynomial, bits);
        }
        for (long left = secondBytes; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                shift = times(shift, square, polynomial, bits);
            }
            square = times(square, square, polynomial, bits);
        }
        return bytes(times(shift, number(first), polynomial, bits) ^ number(second), algorithm.lengthBytes());
    }

    /// The checksum of {@code data} by CRC32, CRC32C, SHA1 or SHA256.
    static Bytes checksum(ChecksumAlgorithm algorithm, byte[] data) {
        return switch (algorithm) {
            case CRC32 -> crc(new CRC32(), data);
            case CRC32C -> crc(new CRC32C(), data);
            case CRC64NVME -> throw new IllegalArgumentException("S3 has no composite CRC64NVME");
            case SHA1 -> hash("SHA-1", data);
            case SHA256 -> hash("SHA-256", data);
        };
    }

    private static long polynomial(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> 0xEDB88320L;
            case CRC32C -> 0x82F63B78L;
            case CRC64NVME -> 0x9A6C9329AC4BC9B5L;
            case SHA1, SHA256 -> throw new IllegalArgumentException("hashes cannot be composed");
        };
    }

    /// The product of two reflected polynomials: the highest bit is the constant term.
    private static long times(long a, long b, long polynomial, int bits) {
        long product = 0;
        for (int bit = bits - 1; bit >= 0; bit--) {
            if ((a >>> bit & 1) != 0) {
                product ^= b;
            }
            b = (b & 1) != 0 ? (b >>> 1) ^ polynomial : b >>> 1;
        }
        return product;
    }

    private static long number(Bytes bytes) {
        long number = 0;
        for (int i = 0; i < bytes.length(); i++) {
            number = number << 8 | (bytes.at(i) & 0xff);
        }
        return number;
    }

    private static Bytes bytes(long number, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (number >>> (8 * (length - 1 - i)));
        }
        return Bytes.wrap(bytes);
    }

    private static Bytes crc(Checksum crc, byte[] data) {
        crc.update(data, 0, data.length);
        return bytes(crc.getValue(), 4);
    }

    private static Bytes hash(String name, byte[] data) {
        try {
            return Bytes.wrap(MessageDigest.getInstance(name).digest(data));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
