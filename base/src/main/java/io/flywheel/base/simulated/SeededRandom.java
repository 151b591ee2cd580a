package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Random;
import java.util.concurrent.atomic.AtomicLong;

/// Randomness that replays from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA'14). Thread-safe, but it replays only
/// where the order of the calls does.
public final class SeededRandom implements Random {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private final AtomicLong state;

    public SeededRandom(long seed) {
        state = new AtomicLong(seed);
    }

    @Override
    public void nextBytes(byte[] destination) {
        long bits = 0;
        for (int i = 0; i < destination.length; i++) {
            bits = i % Long.BYTES == 0 ? nextLong() : bits >>> 8;
            destination[i] = (byte) bits;
        }
    }

    @Override
    public long nextLong() {
        long z = state.addAndGet(GAMMA);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public int nextInt(int bound) {
        check(bound >= 1, "bound");
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /// Another source whose values are unrelated to what this one goes on to give.
    public SeededRandom split() {
        return new SeededRandom(nextLong() ^ 0x5851F42D4C957F2DL);
    }
}
