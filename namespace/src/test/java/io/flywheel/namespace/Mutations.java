package io.flywheel.namespace;

import io.flywheel.base.Random;
import java.util.Arrays;

/// Damages bytes in the ways that disks and bugs do, and in some that aim at lengths and counts.
public final class Mutations {
    private static final byte[] TELLING = {0, 1, 2, 0x7f, (byte) 0x80, (byte) 0xff};

    private final Random random;

    public Mutations(Random random) {
        this.random = random;
    }

    /// Another array; now and then of equal bytes.
    public byte[] of(byte[] bytes) {
        byte[] damaged = bytes.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            damaged = once(damaged);
        }
        return damaged;
    }

    private byte[] once(byte[] bytes) {
        if (bytes.length == 0) {
            return noise(random.nextInt(40));
        }
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(9)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
            case 2 -> noise(random.nextInt(200));
            case 3 -> without(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)));
            case 4, 5 -> {
                bytes[at] = TELLING[random.nextInt(TELLING.length)];
                yield bytes;
            }
            case 6 -> {
                // A varint that is as large as it gets.
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 9), (byte) 0xff);
                yield bytes;
            }
            default -> {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
        };
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        for (int i = 0; i < length; i++) {
            noise[i] = (byte) random.nextInt(256);
        }
        return noise;
    }

    private static byte[] without(byte[] bytes, int from, int to) {
        byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
        System.arraycopy(bytes, to, rest, from, bytes.length - to);
        return rest;
    }
}
