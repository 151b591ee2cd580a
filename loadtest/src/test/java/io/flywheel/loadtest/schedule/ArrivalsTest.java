package io.flywheel.loadtest.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldSpaceConstantArrivalsEvenly() {
        var hold = new RateProfile(List.of(new Stage.Hold(10, SECOND)));
        assertThat(times(hold, Arrivals.Spacing.CONSTANT, Share.WHOLE))
                .containsExactly(
                        LongStream.range(0, 10).map(n -> n * 100_000_000).toArray());
    }

    @Test
    void shouldRiseWithARamp() {
        var ramp = new RateProfile(List.of(new Stage.Ramp(0, 100, Duration.ofSeconds(10))));
        assertThat(ramp.arrivals()).isEqualTo(500);
        assertThat(ramp.rateAt(Duration.ofSeconds(4).toNanos())).isEqualTo(40);
        long[] times = times(ramp, Arrivals.Spacing.CONSTANT, Share.WHOLE);
        assertThat(times).hasSize(500);
        // Half the time has a quarter of the arrivals.
        assertThat(Arrays.stream(times).filter(t -> t < 5_000_000_000L).count()).isEqualTo(125);
    }

    @Test
    void shouldClimbStepsAndComeBackFromSpikes() {
        var profile = new RateProfile(
                List.of(new Stage.Step(10, 30, 3, SECOND), new Stage.Spike(5, 50, SECOND, Duration.ofSeconds(3))));
        long[] perSecond = new long[6];
        for (long time : times(profile, Arrivals.Spacing.CONSTANT, Share.WHOLE)) {
            perSecond[(int) (time / 1_000_000_000)]++;
        }
        assertThat(perSecond).containsExactly(10, 20, 30, 5, 50, 5);
        assertThat(profile.highestRate()).isEqualTo(50);
    }

    /// Whoever has a part of a trace knows how many of the same came before, also those of others.
    @Test
    void shouldCountEachTransactionOfATrace() {
        var trace =
                new Trace(new long[] {0, 1, 2, 3, 4, 5}, new int[] {0, 1, 0, -1, 1, 0}, List.of("get", "put"), 1_000);
        var profile = new RateProfile(List.of(new Stage.Hold(10, SECOND), new Stage.Replay(trace)));
        for (var spacing : Arrivals.Spacing.values()) {
            var seen = new TreeMap<Long, String>();
            for (int share = 0; share < 3; share++) {
                var arrivals = Arrivals.of(profile, spacing, 1, new Share(share, 3, 0, 0));
                while (arrivals.advance()) {
                    if (arrivals.transaction().isPresent()) {
                        seen.put(arrivals.nanos(), arrivals.transaction().get() + " " + arrivals.occurrence());
                    }
                }
            }
            assertThat(seen.values()).containsExactly("get 0", "put 0", "get 1", "put 1", "get 2");
        }
    }

    @Test
    void shouldReplayATraceToTheNanosecond() {
        var trace = new Trace(new long[] {3, 3, 700, 900}, new int[] {0, 1, -1, 0}, List.of("get", "put"), 1_000);
        var profile = new RateProfile(List.of(new Stage.Hold(10, SECOND), new Stage.Replay(trace)));
        for (var spacing : Arrivals.Spacing.values()) {
            long[] times = times(profile, spacing, Share.WHOLE);
            assertThat(Arrays.stream(times).filter(t -> t >= 1_000_000_000))
                    .containsExactly(1_000_000_003L, 1_000_000_003L, 1_000_000_700L, 1_000_000_900L);
        }
        var arrivals = Arrivals.of(
                new RateProfile(List.of(new Stage.Replay(trace))), Arrivals.Spacing.CONSTANT, 1, Share.WHOLE);
        var said = new ArrayList<String>();
        while (arrivals.advance()) {
            said.add(arrivals.transaction().orElse("by the blend"));
        }
        assertThat(said).containsExactly("get", "put", "by the blend", "get");
    }

    /// The integral of the rate and its inverse, on stages of every kind.
    @RepeatedTest(50)
    void shouldFindTheTimeOfEveryArrival(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var profile = new RateProfile(stages(random));
        long before = 0;
        for (double arrivals = 0; arrivals < profile.arrivals() - 1; arrivals += profile.arrivals() / 100) {
            long time = profile.timeOf(arrivals);
            assertThat(time).isBetween(before, profile.lengthNanos());
            double error = 2e-9 * profile.highestRate() + 1 + 1e-6;
            assertThat(profile.arrivalsUntil(time)).isCloseTo(arrivals, within(error));
            before = time;
        }
    }

    /// Agents that know their share and the moments at which the others were lost need nothing else.
    @RepeatedTest(100)
    void shouldGiveEveryArrivalToOneAgentAlsoWhenTheyAreDividedAnew(RepetitionInfo repetition) {
        var random = new Random(1_000 + repetition.getCurrentRepetition());
        var profile = new RateProfile(stages(random));
        var whole = new TreeMap<Long, Long>();
        var arrivals = Arrivals.of(profile, Arrivals.Spacing.CONSTANT, 7, Share.WHOLE);
        while (arrivals.advance()) {
            assertThat(whole.put(arrivals.number(), arrivals.nanos())).isNull();
        }
        var together = new TreeMap<Long, Long>();
        long from = 0;
        int agents = 1 + random.nextInt(9);
        for (int epoch = 0; from < profile.lengthNanos() && agents > 0; epoch++, agents--) {
            long until = agents == 1 ? Long.MAX_VALUE : from + random.nextLong(profile.lengthNanos());
            for (int agent = 0; agent < agents; agent++) {
                var share = new Share(agent, agents, from, epoch);
                var own = Arrivals.of(profile, Arrivals.Spacing.CONSTANT, 7, share);
                while (own.advance() && own.nanos() < until) {
                    assertThat(together.put(own.number(), own.nanos())).isNull();
                }
            }
            from = until;
        }
        assertThat(together).isEqualTo(whole);
    }

    @Test
    void shouldDrawPoissonArrivalsThatSharesAddUpTo() {
        var profile = new RateProfile(List.of(
                new Stage.Ramp(0, 2_000, Duration.ofSeconds(10)), new Stage.Hold(2_000, Duration.ofSeconds(40))));
        var all = new ArrayList<Long>();
        var numbers = new TreeMap<Long, Long>();
        for (int agent = 0; agent < 5; agent++) {
            var own = Arrivals.of(profile, Arrivals.Spacing.POISSON, 11, new Share(agent, 5, 0, 0));
            int count = 0;
            while (own.advance()) {
                all.add(own.nanos());
                assertThat(numbers.put(own.number(), own.nanos())).isNull();
                count++;
            }
            // Five standard deviations of a Poisson count.
            assertThat((double) count).isCloseTo(18_000, within(5 * Math.sqrt(18_000)));
        }
        assertThat((double) all.size()).isCloseTo(90_000, within(5 * Math.sqrt(90_000)));
        long[] held = all.stream()
                .mapToLong(Long::longValue)
                .filter(t -> t >= 10_000_000_000L)
                .sorted()
                .toArray();
        // The gaps of a Poisson process are exponential: mean and standard deviation are equal.
        double mean = 0;
        double squares = 0;
        for (int i = 1; i < held.length; i++) {
            double gap = held[i] - held[i - 1];
            mean += gap / (held.length - 1);
            squares += gap * gap / (held.length - 1);
        }
        assertThat(mean).isCloseTo(500_000, within(10_000.0));
        assertThat(Math.sqrt(squares - mean * mean) / mean).isCloseTo(1, within(0.03));
    }

    @Test
    void shouldDrawTheSameArrivalsFromTheSameSeed() {
        var profile = new RateProfile(List.of(new Stage.Hold(100, Duration.ofSeconds(5))));
        var share = new Share(2, 3, 0, 0);
        assertThat(times(profile, Arrivals.Spacing.POISSON, share))
                .containsExactly(times(profile, Arrivals.Spacing.POISSON, share))
                .isNotEqualTo(times(profile, Arrivals.Spacing.POISSON, new Share(1, 3, 0, 0)))
                .isNotEqualTo(times(profile, Arrivals.Spacing.POISSON, new Share(2, 3, 0, 1)));
    }

    @Test
    void shouldDivideAShareAmongThreads() {
        assertThat(new Share(1, 3, 5, 2).part(0, 2)).isEqualTo(new Share(1, 6, 5, 2));
        assertThat(new Share(1, 3, 5, 2).part(1, 2)).isEqualTo(new Share(4, 6, 5, 2));
    }

    private static List<Stage> stages(Random random) {
        var stages = new ArrayList<Stage>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            var length = Duration.ofMillis(1 + random.nextInt(3_000));
            stages.add(
                    switch (random.nextInt(5)) {
                        case 0 -> new Stage.Hold(random.nextInt(300), length);
                        case 1 -> new Stage.Ramp(random.nextInt(300), random.nextInt(300), length);
                        case 2 -> new Stage.Step(random.nextDouble() * 9, 70, 2 + random.nextInt(5), length);
                        case 3 -> new Stage.Spike(1 / 3.0, random.nextInt(900), length, length.multipliedBy(3));
                        default -> {
                            long[] offsets = random.longs(1 + random.nextInt(50), 0, length.toNanos())
                                    .sorted()
                                    .toArray();
                            yield new Stage.Replay(new Trace(offsets, new int[0], List.of(), length.toNanos()));
                        }
                    });
        }
        stages.add(new Stage.Hold(1, SECOND));
        return stages;
    }

    private static long[] times(RateProfile profile, Arrivals.Spacing spacing, Share share) {
        var arrivals = Arrivals.of(profile, spacing, 42, share);
        var times = LongStream.builder();
        while (arrivals.advance()) {
            times.add(arrivals.nanos());
        }
        return times.build().toArray();
    }
}
