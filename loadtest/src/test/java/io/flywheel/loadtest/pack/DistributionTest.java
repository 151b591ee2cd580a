package io.flywheel.loadtest.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sizes and choices of keys; everything random in them follows from one seed.
final class DistributionTest {
    private static final int DRAWN = 100_000;
    private static final int OBJECTS = 1_000;

    private static LongStream sizes(String text) {
        var sizes = SizeDistribution.parse(text);
        return LongStream.range(0, DRAWN).map(sizes::bytesOf);
    }

    private static long[] counts(String text) {
        var keys = KeyChoice.parse(text);
        var random = new SplittableRandom(1);
        var counts = new long[OBJECTS];
        for (long i = 0; i < DRAWN; i++) {
            counts[(int) keys.index(random, i, OBJECTS)]++;
        }
        return counts;
    }

    private static void assertAbout(Number actual, double expected) {
        assertThat(actual.doubleValue()).isBetween(0.95 * expected, 1.05 * expected);
    }

    @Test
    void shouldGiveSizesOfTheirDistribution() {
        assertThat(sizes("4KiB").distinct()).containsExactly(4096L);
        assertThat(sizes("uniform 100 200").min()).hasValue(100);
        assertThat(sizes("uniform 100 200").max()).hasValue(200);
        assertAbout(sizes("uniform 100 200").average().orElseThrow(), 150);
        long[] normal = sizes("log-normal 64KiB 1.5 1MiB").sorted().toArray();
        assertAbout(normal[DRAWN / 2], 65_536);
        // One standard deviation is 84.13 % of all.
        assertAbout(normal[(int) (0.8413 * DRAWN)], 65_536 * Math.exp(1.5));
        assertThat(normal[DRAWN - 1]).isEqualTo(1 << 20);
        assertAbout(sizes("weighted 1:70 2:25 3:5").filter(size -> size == 2).count(), 0.25 * DRAWN);
    }

    /// Who reads an object knows its size from its name.
    @Test
    void shouldGiveAnObjectTheSameSizeAlways() {
        assertThat(sizes("log-normal 64KiB 1.5 1GiB"))
                .containsExactlyElementsOf(
                        sizes("log-normal 64KiB 1.5 1GiB").boxed().toList());
    }

    @Test
    void shouldChooseKeysByTheirPattern() {
        assertThat(counts("sequential")).containsOnly(DRAWN / OBJECTS);
        assertThat(LongStream.of(counts("uniform"))).allMatch(count -> count > 50 && count < 150);
        long[] zipf = counts("zipf");
        double harmonic =
                LongStream.rangeClosed(1, OBJECTS).mapToDouble(k -> 1.0 / k).sum();
        assertAbout(zipf[0], DRAWN / harmonic);
        assertAbout(zipf[9], DRAWN / harmonic / 10);
        assertAbout(LongStream.of(zipf).skip(500).sum(), DRAWN * (harmonic - harmonic(500)) / harmonic);
        long[] hot = counts("hot 10% 90%");
        assertAbout(LongStream.of(hot).limit(100).sum(), 0.9 * DRAWN);
        assertThat(LongStream.of(hot).skip(100).min().orElseThrow()).isPositive();
    }

    private static double harmonic(int n) {
        return LongStream.rangeClosed(1, n).mapToDouble(k -> 1.0 / k).sum();
    }

    @Test
    void shouldChooseTheOnlyKeyThereIs() {
        for (String text : new String[] {"uniform", "zipf", "sequential", "hot 1% 90%"}) {
            assertThat(KeyChoice.parse(text).index(new SplittableRandom(3), 17, 1))
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "4Kib b",
                "-1",
                "uniform 1",
                "uniform 2 1",
                "log-normal 0 1 5",
                "log-normal 4KiB x 1MiB",
                "weighted",
                "weighted 4KiB",
                "weighted 4KiB:-1",
                "some"
            })
    void shouldSayWhichSizesAreAllowed(String text) {
        assertThatThrownBy(() -> SizeDistribution.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wanted is such as 4KiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zipf 2", "hot", "hot 10% ", "hot 0% 90%", "hot 10% 101%", "hot 1..% 2%"})
    void shouldSayWhichKeysAreAllowed(String text) {
        assertThatThrownBy(() -> KeyChoice.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
