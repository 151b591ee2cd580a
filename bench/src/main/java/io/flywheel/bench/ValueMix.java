package io.flywheel.bench;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.random.RandomGenerator;

/// Values of 4, 8, 16 … 1024 KiB, each size equally likely: 227 KiB on average.
final class ValueMix {
    static final int BYTES_MAX = 1 << 20;
    private static final int BYTES_MIN = 4 << 10;
    private static final int SIZES = 9;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(2 * BYTES_MAX);

    ValueMix() {
        var noise = new byte[bytes.capacity()];
        new Random(1).nextBytes(noise);
        bytes.put(noise).clear();
    }

    static int size(RandomGenerator random) {
        return BYTES_MIN << random.nextInt(SIZES);
    }

    /// A value of so many bytes that does not compress; for one task.
    ByteBuffer value(int length, RandomGenerator random) {
        return bytes.slice(random.nextInt(bytes.capacity() - length + 1), length);
    }
}
