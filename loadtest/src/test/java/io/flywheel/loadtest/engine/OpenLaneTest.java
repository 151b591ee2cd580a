package io.flywheel.loadtest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flywheel.base.simulated.SimulatedClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Duty;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Span;
import io.flywheel.loadtest.schedule.Stage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The engine on a simulated clock, against a simulated service.
final class OpenLaneTest {
    private static final Run RUN = new RunInfo(Run.Mode.LOAD, "", 1, "run", 0, new Settings(Map.of()), _ -> {});

    private final SimulatedClock clock = new SimulatedClock();
    private final Recorder recorder = new Recorder("a");

    @Test
    void shouldShowAFreezeOfTheServiceInFull() {
        var service = new SimulatedService(clock, 100, Duration.ofMillis(1), false);
        service.freeze(Duration.ofSeconds(2), Duration.ofSeconds(1));
        var counts = run(service, 1_000, Duration.ofSeconds(10), Arrivals.Spacing.CONSTANT, 1_000_000);
        assertThat(counts.ended()).isEqualTo(10_000);
        assertThat(counts.dropped()).isZero();
        // Who came in the second of the freeze waited for what was left of it: 100 each tenth of it.
        assertThat(counts.latency().getMaxValue()).isCloseTo(1_001_000_000L, within(1_500_000L));
        for (int tenth = 1; tenth < 10; tenth++) {
            long longer = counts.latency().getCountBetweenValues(tenth * 100_000_000L, 2_000_000_000L);
            assertThat(longer).isCloseTo(1_000 - tenth * 100L, within(12L));
        }
    }

    @Test
    void shouldCountWhatCouldNotBeStarted() {
        var service = new SimulatedService(clock, 10, Duration.ofMillis(100), false);
        var counts = run(service, 200, Duration.ofSeconds(10), Arrivals.Spacing.CONSTANT, 50);
        assertThat(counts.ended() + counts.dropped()).isEqualTo(2_000);
        // Ten servers of 10/s each, and fifty in flight at the end.
        assertThat(counts.ended()).isCloseTo(1_050, within(10L));
        assertThat(counts.latency().getMaxValue()).isCloseTo(500_000_000L, within(1_000_000L));
    }

    /// Against what queueing theory says of M/M/1: the time in the system is exponential with mean 1/(mu - lambda).
    @Test
    void shouldMeasureWhatTheoryComputes() {
        var service = new SimulatedService(clock, 1, Duration.ofMillis(1), true);
        var counts = run(service, 500, Duration.ofSeconds(400), Arrivals.Spacing.POISSON, 1_000_000);
        double mean = 1e9 / (1_000 - 500);
        assertThat(counts.latency().getMean()).isCloseTo(mean, within(mean * 0.05));
        for (double percentile : new double[] {50, 90, 99}) {
            double expected = -Math.log(1 - percentile / 100) * mean;
            assertThat((double) counts.latency().getValueAtPercentile(percentile))
                    .as("p%s", percentile)
                    .isCloseTo(expected, within(expected * 0.08));
        }
    }

    @Test
    void shouldGiveEachNumberOnceWhereAnAgentIsLost() {
        var profile = new RateProfile(List.of(new Stage.Hold(100, Duration.ofSeconds(10))));
        var numbers = new TreeSet<Long>();
        Body noting = execution -> {
            assertThat(numbers.add(execution.number())).isTrue();
            execution.succeed();
            execution.release();
        };
        var starter = starter(noting, 10);
        var duty = duty(profile, Arrivals.Spacing.CONSTANT, new Share(0, 2, 0, 0));
        var first = lane(duty, starter);
        var lost = lane(duty(profile, Arrivals.Spacing.CONSTANT, new Share(1, 2, 0, 0)), starter);
        long moment = Duration.ofMillis(4_321).toNanos();
        duty.divideAnew(new Share(0, 1, moment, 1));
        for (long now = 0; now <= profile.lengthNanos(); now += 1_000_000) {
            first.startDue(now);
            if (now < moment) {
                lost.startDue(now);
            }
        }
        assertThat(numbers).hasSize(1_000);
        assertThat(numbers.last()).isEqualTo(999);
    }

    /// A second in which nothing was started leaves 100,000: who stops meanwhile is heard.
    @Test
    void shouldLookUpWhileItIsBehind() {
        var started = new AtomicInteger();
        Body immediate = execution -> {
            started.incrementAndGet();
            execution.succeed();
            execution.release();
        };
        var profile = new RateProfile(List.of(new Stage.Hold(100_000, Duration.ofSeconds(2))));
        var duty = duty(profile, Arrivals.Spacing.CONSTANT, Share.WHOLE);
        var lane = lane(duty, starter(immediate, 10));
        long second = Duration.ofSeconds(1).toNanos();
        assertThat(lane.startDue(second)).isLessThan(second);
        assertThat(started).hasValue(OpenLane.STARTS_MAX);
        assertThat(duty.kept().started()).isEqualTo(OpenLane.STARTS_MAX);
        assertThat(duty.kept().spans()).containsExactly(new Span(Share.WHOLE, 0, OpenLane.STARTS_MAX * 10_000L));
        while (lane.startDue(second) <= second) {
            assertThat(started.get() % OpenLane.STARTS_MAX).isZero();
        }
        assertThat(started).hasValue(100_001);
        assertThat(duty.kept().spans()).containsExactly(new Span(Share.WHOLE, 0, second + 1));
    }

    private SeriesDelta run(
            SimulatedService service, double rate, Duration length, Arrivals.Spacing spacing, int inFlightMax) {
        var starter = starter(service, inFlightMax);
        var profile = new RateProfile(List.of(new Stage.Hold(rate, length)));
        var lane = lane(duty(profile, spacing, Share.WHOLE), starter);
        long due = 0;
        while (due != OpenLane.NEVER || service.nextNanos() != OpenLane.NEVER) {
            long next = Math.min(due, service.nextNanos());
            clock.advance(Duration.ofNanos(next - clock.monotonicNanos()));
            service.run(next);
            due = lane.startDue(next);
        }
        assertThat(starter.inFlight()).isZero();
        return recorder.take(1, GeneratorHealth.nothing()).series().getOrDefault("get", SeriesDelta.nothing());
    }

    private Starter starter(Body body, int inFlightMax) {
        var subject = new Subject("get", body, Duration.ofMinutes(1));
        return new Starter(clock, RUN, recorder, List.of(subject), inFlightMax, new Starter.Listener() {});
    }

    private static Duty duty(RateProfile profile, Arrivals.Spacing spacing, Share share) {
        return new Duty(profile, spacing, 5, share, Duty.NEVER);
    }

    private static OpenLane lane(Duty duty, Starter starter) {
        return new OpenLane(duty, new Blend(List.of(BigDecimal.ONE), 1), Map.of("get", 0), starter, 0, 0);
    }
}
