package io.flywheel.loadtest.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DutyTest {
    private static final long SECOND = 1_000_000_000;

    private final RateProfile profile = new RateProfile(List.of(new Stage.Hold(10, Duration.ofSeconds(10))));

    @Test
    void shouldSkipWhatComesWithoutALease() {
        var duty = duty(Share.WHOLE, 3 * SECOND);
        var numbers = goThrough(duty, 0, 5 * SECOND);
        assertThat(numbers).hasSize(30).last().isEqualTo(29L);
        duty.extend(7 * SECOND);
        // What came in the two seconds between is nobody's.
        assertThat(goThrough(duty, 5 * SECOND + 1, 20 * SECOND)).hasSize(19).startsWith(51L);
        assertThat(duty.kept().spans())
                .containsExactly(
                        new Span(Share.WHOLE, 0, 3 * SECOND), new Span(Share.WHOLE, 5 * SECOND + 1, 7 * SECOND));
        assertThat(duty.kept().started()).isEqualTo(49);
        assertThat(arrivals(duty)).isEqualTo(49);
    }

    @Test
    void shouldTakeALaterShareFromWhereItKnowsIt() {
        var half = new Share(1, 2, 0, 0);
        var whole = new Share(0, 1, 4 * SECOND, 1);
        var duty = duty(half, 4 * SECOND);
        assertThat(goThrough(duty, 0, 6 * SECOND)).hasSize(20);
        duty.divideAnew(whole);
        duty.extend(Duty.NEVER);
        assertThat(goThrough(duty, 6 * SECOND + 1, 10 * SECOND)).hasSize(39).startsWith(61L);
        assertThat(duty.kept().spans())
                .containsExactly(
                        new Span(half, 0, 4 * SECOND), new Span(whole, 6 * SECOND + 1, profile.lengthNanos() + 1));
        assertThat(arrivals(duty)).isEqualTo(59);
        assertThat(duty.kept().started()).isEqualTo(59);
    }

    @Test
    void shouldWaitForMoreWhileOthersMayBeLost() {
        var duty = duty(new Share(0, 100, 0, 0), 10 * SECOND);
        assertThat(goThrough(duty, 0, SECOND)).containsExactly(0L);
        assertThat(duty.dueNanos()).isEqualTo(profile.lengthNanos());
        duty.divideAnew(new Share(0, 50, 5 * SECOND, 1));
        assertThat(goThrough(duty, SECOND, 10 * SECOND)).containsExactly(50L);
        assertThat(duty.dueNanos()).isEqualTo(Duty.NEVER);
    }

    @Test
    void shouldEndWithTheScheduleOfAProcessThatIsAlone() {
        var duty = duty(Share.WHOLE, Duty.NEVER);
        assertThat(goThrough(duty, 0, 10 * SECOND - 1)).hasSize(100);
        assertThat(duty.dueNanos()).isEqualTo(Duty.NEVER);
        assertThat(duty.kept().spans()).containsExactly(new Span(Share.WHOLE, 0, profile.lengthNanos() + 1));
    }

    private double arrivals(Duty duty) {
        return duty.kept().spans().stream()
                .mapToDouble(span -> span.arrivals(profile, Arrivals.Spacing.CONSTANT))
                .sum();
    }

    private Duty duty(Share share, long lease) {
        return new Duty(profile, Arrivals.Spacing.CONSTANT, 1, share, lease);
    }

    private static List<Long> goThrough(Duty duty, long fromNanos, long toNanos) {
        var numbers = new ArrayList<Long>();
        for (long now = fromNanos; now < toNanos; now = Math.min(toNanos, now + 7_000_000)) {
            duty.look(now);
            while (duty.next()) {
                numbers.add(duty.number());
            }
        }
        duty.look(toNanos);
        while (duty.next()) {
            numbers.add(duty.number());
        }
        return numbers;
    }
}
