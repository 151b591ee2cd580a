package io.flywheel.base;

/// The checksums that S3 knows.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">S3: checking
///     object integrity</a>
public enum ChecksumAlgorithm {
    CRC32(4, true),
    CRC32C(4, true),
    CRC64NVME(8, true),
    SHA1(20, false),
    SHA256(32, false);

    private final int lengthBytes;
    private final boolean composable;

    ChecksumAlgorithm(int lengthBytes, boolean composable) {
        this.lengthBytes = lengthBytes;
        this.composable = composable;
    }

    /// Bytes of a value, before base64.
    public int lengthBytes() {
        return lengthBytes;
    }

    /// Whether the checksum of a whole can be computed from those of its parts (CRCs, not hashes).
    public boolean composable() {
        return composable;
    }

    /// The header that carries it, in lower case, for example {@code x-amz-checksum-crc64nvme}.
    public String header() {
        return "x-amz-checksum-" + name().toLowerCase(java.util.Locale.ROOT);
    }
}
