package io.flywheel.loadtest.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CapacitySearchTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static Probe held(double rate) {
        return new Probe(rate, rate, 1e6, new Probe.Result.Held());
    }

    private static Probe breached(double rate, String what) {
        return new Probe(rate, rate, 1e8, new Probe.Result.Breached(what));
    }

    private static Probing exact(double capacity) {
        return rate -> rate <= capacity ? held(rate) : breached(rate, "p99 at " + rate);
    }

    @Test
    void shouldFindACapacityThatEveryProbeAgreesOn() throws InterruptedException {
        for (double capacity : new double[] {0.37, 12, 99_999, 4e6}) {
            var found = (Capacity.Found) CapacitySearch.run(exact(capacity), SearchOptions.from(10));

            assertThat(found.lowPerSecond()).isLessThanOrEqualTo(capacity);
            assertThat(found.highPerSecond()).isGreaterThan(capacity).isLessThan(found.lowPerSecond() * 1.0301);
            assertThat(found.ended()).isEmpty();
            assertThat(found.gaveWay()).startsWith("p99 at ");
        }
    }

    /// A hundred searches over services of different sizes, the 99th percentile bounded from tightly to loosely.
    @Test
    void shouldBeWithinThreePercentOfTheoryNinetyFiveTimesInAHundred() throws InterruptedException {
        System.out.println("seed=" + SEED);
        var random = new SplittableRandom(SEED);
        int near = 0;
        int inside = 0;
        int probes = 0;
        var errors = new ArrayList<Double>();
        for (int i = 0; i < 100; i++) {
            var service = new QueueingService(1 + random.nextInt(16), 50 + random.nextInt(1_000));
            double seconds = (6 + random.nextInt(10)) / service.perServer();
            double capacity = service.capacity(0.01, seconds);
            var found = (Capacity.Found) CapacitySearch.run(
                    rate -> service.probe(random, rate, 20_000, 0.01, seconds),
                    SearchOptions.from(1 + random.nextInt(100)));
            double error = found.perSecond() / capacity - 1;
            errors.add(error);
            probes += found.probes().size();
            near += Math.abs(error) <= 0.03 ? 1 : 0;
            inside += found.lowPerSecond() <= capacity && capacity <= found.highPerSecond() ? 1 : 0;
        }
        System.out.println(near + " within 3 %, " + inside + " intervals have it in them, " + probes + " probes");

        assertThat(near).as(errors.toString()).isGreaterThanOrEqualTo(95);
    }

    @Test
    void shouldSayAtLeastWhenNoRateThatItMayAskForGivesWay() throws InterruptedException {
        var options = new SearchOptions(10, 1_000, 2, 0.03, 0.95, 100);

        var found = (Capacity.AtLeast) CapacitySearch.run(exact(5_000), options);

        assertThat(found.lowPerSecond()).isEqualTo(1_000);
    }

    @Test
    void shouldSayAtLeastWhenTheGeneratorGivesWayFirst() throws InterruptedException {
        for (double first : new double[] {10, 20_000}) {
            var found = (Capacity.AtLeast) CapacitySearch.run(tired(500, 5_000), SearchOptions.from(first));

            assertThat(found.lowPerSecond()).isBetween(500 / 1.03, 500.0);
            assertThat(found.why().kind()).isEqualTo(Ending.Kind.GENERATOR);
            assertThat(found.why().why()).contains("its processors were busy");
        }
    }

    /// A service that is overloaded leaves much in flight, which can be too much for the generator.
    @Test
    void shouldFindACapacityBelowARateAtWhichTheGeneratorGaveWay() throws InterruptedException {
        for (double first : new double[] {10, 1_000, 20_000}) {
            var found = (Capacity.Found) CapacitySearch.run(tired(790, 700), SearchOptions.from(first));

            assertThat(found.lowPerSecond()).isLessThanOrEqualTo(700);
            assertThat(found.highPerSecond()).isGreaterThan(700);
            assertThat(found.ended()).isEmpty();
        }
    }

    /// The first probes find everything cold.
    @Test
    void shouldAskOnceMoreForARateAtWhichTheGeneratorGaveWay() throws InterruptedException {
        var calls = new AtomicInteger();
        Probing probing =
                rate -> tired(calls.getAndIncrement() < 6 ? 300 : 1e9, 3_000).probe(rate);
        var found = (Capacity.Found) CapacitySearch.run(probing, SearchOptions.from(1_000));

        assertThat(found.lowPerSecond()).isLessThanOrEqualTo(3_000);
        assertThat(found.highPerSecond()).isGreaterThan(3_000);
    }

    @Test
    void shouldSayAtLeastNothingWhenTheGeneratorCannotMakeTheLowestRate() throws InterruptedException {
        var found = (Capacity.AtLeast) CapacitySearch.run(tired(1, 5_000), SearchOptions.from(5_000));

        assertThat(found.lowPerSecond()).isZero();
        assertThat(found.why().kind()).isEqualTo(Ending.Kind.GENERATOR);
    }

    /// A generator that can make so many a second.
    private static Probing tired(double most, double capacity) {
        return rate -> rate <= most
                ? exact(capacity).probe(rate)
                : new Probe(rate, most, 1e6, new Probe.Result.Invalid("its processors were busy"));
    }

    @Test
    void shouldProbeAgainWhenTheGeneratorHadBadLuck() throws InterruptedException {
        var calls = new AtomicInteger();
        Probing probing = rate -> calls.getAndIncrement() % 3 == 1
                ? new Probe(rate, rate, 1e6, new Probe.Result.Invalid("a pause"))
                : exact(1_000).probe(rate);

        var found = (Capacity.Found) CapacitySearch.run(probing, SearchOptions.from(10));

        assertThat(found.lowPerSecond()).isLessThanOrEqualTo(1_000);
        assertThat(found.highPerSecond()).isGreaterThan(1_000);
    }

    @Test
    void shouldSayWhatItKnowsWhenItIsStopped() throws InterruptedException {
        Probing probing = rate -> rate < 500 ? held(rate) : new Probe(rate, 0, 0, new Probe.Result.Stopped());

        var found = (Capacity.AtLeast) CapacitySearch.run(probing, SearchOptions.from(10));

        assertThat(found.lowPerSecond()).isEqualTo(320);
        assertThat(found.why().kind()).isEqualTo(Ending.Kind.STOPPED);
    }

    @Test
    void shouldSayBelowWhenNothingHolds() throws InterruptedException {
        var found = (Capacity.Below) CapacitySearch.run(rate -> breached(rate, "errors"), SearchOptions.from(1_024));

        assertThat(found.highPerSecond()).isEqualTo(1);
        assertThat(found.gaveWay()).isEqualTo("errors");
    }

    @Test
    void shouldSayWhatItKnowsWhenItMayNotProbeMore() throws InterruptedException {
        var options = new SearchOptions(10, 1e9, 2, 0.001, 0.99, 14);

        var found = (Capacity.Found) CapacitySearch.run(exact(1_000), options);

        assertThat(found.probes()).hasSize(14);
        assertThat(found.lowPerSecond()).isLessThanOrEqualTo(1_000);
        assertThat(found.highPerSecond()).isGreaterThan(1_000);
        assertThat(found.ended()).hasValue(new Ending(Ending.Kind.PROBES, "no more than 14 probes were to be made"));
    }

    /// From services of which each probe agrees to those of which one in three is chance at 5 % beside the capacity.
    @Test
    void shouldBeRightAsOftenAsItSaysWhereProbesNearTheCapacityAreChance() throws InterruptedException {
        var random = new SplittableRandom(SEED);
        System.out.println("seed=" + SEED);
        int right = 0;
        for (int i = 0; i < 200; i++) {
            double width = 0.001 * Math.pow(100, random.nextDouble());
            double capacity = 1_000 * (1 + random.nextDouble());
            Probing probing = rate ->
                    Math.log(rate / capacity) < width * random.nextGaussian() ? held(rate) : breached(rate, "p99");
            if (CapacitySearch.run(probing, SearchOptions.from(100)) instanceof Capacity.Found found
                    && found.lowPerSecond() <= capacity
                    && found.highPerSecond() > capacity) {
                right++;
            }
        }
        System.out.println(right + " of 200 intervals have the capacity in them");
        // Fewer come by chance once in ten thousand runs where 95 in 100 are right.
        assertThat(right).isGreaterThanOrEqualTo(177);
    }

    @Test
    void shouldBeRightAsOftenAsItSaysWhereProbesAreWrongAtTimes() throws InterruptedException {
        var random = new SplittableRandom(1);
        // Each probe is wrong once in twenty.
        Probing probing = rate -> rate <= 1_000 == random.nextInt(20) > 0 ? held(rate) : breached(rate, "p99");
        int right = 0;
        for (int i = 0; i < 200; i++) {
            if (CapacitySearch.run(probing, SearchOptions.from(100)) instanceof Capacity.Found found
                    && found.lowPerSecond() <= 1_000
                    && found.highPerSecond() > 1_000) {
                right++;
            }
        }
        assertThat(right).isGreaterThanOrEqualTo(190);
    }
}
