package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// Composes CRCs: the CRC of A followed by B is that of A, moved past B, exclusive-or that of B. To move past a byte is
/// to multiply by x^8 modulo the CRC's polynomial, so to move past B is to multiply by x^(8 |B|): a few dozen
/// multiplications whatever the length. As zlib's {@code crc32_combine}, for any width up to 64.
///
/// Polynomials are bit-reflected: the highest of {@code widthBits} bits is the coefficient of x^0.
record CrcComposition(int widthBits, long polynomial) {
    private static final CrcComposition CRC32 = new CrcComposition(32, 0xEDB88320L);
    private static final CrcComposition CRC32C = new CrcComposition(32, 0x82F63B78L);
    private static final CrcComposition CRC64NVME = new CrcComposition(64, Crc64Nvme.POLYNOMIAL);

    static CrcComposition of(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> CRC32;
            case CRC32C -> CRC32C;
            case CRC64NVME -> CRC64NVME;
            case SHA1, SHA256 -> throw new IllegalArgumentException("only CRCs can be composed");
        };
    }

    long combine(long crcA, long crcB, long lengthB) {
        return multiply(pastBytes(lengthB), crcA) ^ crcB;
    }

    /// x^(8 {@code bytes}) modulo the polynomial.
    private long pastBytes(long bytes) {
        check(bytes >= 0, "bytes");
        long power = one() >>> 8;
        long product = one();
        for (long left = bytes; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                product = multiply(power, product);
            }
            power = multiply(power, power);
        }
        return product;
    }

    private long one() {
        return 1L << (widthBits - 1);
    }

    private long multiply(long a, long b) {
        long product = 0;
        long shifted = b;
        for (long bit = one(); bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
        }
        return product;
    }
}
