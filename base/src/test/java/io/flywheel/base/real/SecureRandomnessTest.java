package io.flywheel.base.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class SecureRandomnessTest {
    private final SecureRandomness random = new SecureRandomness();

    @Test
    void shouldNeverRepeatItselfWhenRefilledManyTimes() {
        var seen = new HashSet<Long>();
        for (int i = 0; i < 100_000; i++) {
            assertThat(seen.add(random.nextLong())).isTrue();
        }
    }

    @Test
    void shouldFillEveryByteWhenAskedForMoreThanItHolds() {
        byte[] ored = new byte[10_000];
        byte[] drawn = new byte[ored.length];
        for (int round = 0; round < 20; round++) {
            random.nextBytes(drawn);
            for (int i = 0; i < ored.length; i++) {
                ored[i] |= drawn[i];
            }
        }
        for (byte b : ored) {
            assertThat(b).isNotZero();
        }
    }

    @Test
    void shouldStayInBoundsAndReachEachValueWhenBounded() {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < 2_000; i++) {
            int drawn = random.nextInt(7);
            assertThat(drawn).isBetween(0, 6);
            seen.add(drawn);
        }
        assertThat(seen).hasSize(7);
        assertThat(random.nextInt(1)).isZero();
        assertThat(random.nextInt(Integer.MAX_VALUE)).isNotNegative();
    }
}
