package io.flywheel.base;

import java.nio.ByteBuffer;

/// Computes a checksum over bytes as they come. For one task at a time.
public interface ChecksumHasher {
    /// Takes the bytes from the buffer's position to its limit, and moves its position there.
    void update(ByteBuffer bytes);

    void update(byte[] bytes, int from, int length);

    /// The value over everything since the last call, big-endian as S3 writes it; then it begins anew.
    Bytes value();
}
