package io.flywheel.loadtest.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UserDutyTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final RateProfile profile = new RateProfile(List.of(
            new Stage.Ramp(0, 20, Duration.ofSeconds(4)),
            new Stage.Hold(20, Duration.ofSeconds(3)),
            new Stage.Ramp(20, 3, Duration.ofSeconds(3))));

    @Test
    void shouldHaveAllUsersTogetherAtEveryMoment() {
        for (long now = 0; now < 10 * SECOND; now += 7 * MILLI) {
            int all = 0;
            for (int i = 0; i < 7; i++) {
                all += new UserDuty(profile, new Share(i, 7, 0, 0), Duty.NEVER).usersAt(now);
            }
            assertThat(all).isEqualTo((int) Math.round(profile.rateAt(now)));
        }
    }

    @Test
    void shouldSayHowLongItsUsersAreThere() {
        double all = 0;
        for (int i = 0; i < 7; i++) {
            var share = new Share(i, 7, 0, 0);
            var duty = new UserDuty(profile, share, Duty.NEVER);
            double sampled = 0;
            for (long now = 1_500 * MILLI; now < 9 * SECOND; now += MILLI) {
                sampled += duty.usersAt(now + MILLI / 2) / 1e3;
            }
            double said = new Span(share, 1_500 * MILLI, 9 * SECOND).userSeconds(profile);
            assertThat(said).isCloseTo(sampled, within(0.01));
            all += said;
        }
        assertThat(new Span(Share.WHOLE, 1_500 * MILLI, 9 * SECOND).userSeconds(profile))
                .isCloseTo(all, within(1e-9));
    }

    @Test
    void shouldHaveNoUsersWithoutALease() {
        var duty = new UserDuty(profile, Share.WHOLE, 5 * SECOND);
        goThrough(duty, 0, 6 * SECOND);
        assertThat(duty.usersAt(5 * SECOND - 1)).isEqualTo(20);
        assertThat(duty.usersAt(5 * SECOND)).isZero();
        duty.extend(7 * SECOND);
        duty.look(6 * SECOND + 10 * MILLI);
        assertThat(duty.usersAt(6 * SECOND + 10 * MILLI)).isEqualTo(20);
        goThrough(duty, 6 * SECOND + 20 * MILLI, 8 * SECOND);
        assertThat(duty.kept())
                .containsExactly(
                        new Span(Share.WHOLE, 0, 5 * SECOND),
                        new Span(Share.WHOLE, 6 * SECOND + 10 * MILLI, 7 * SECOND));
    }

    @Test
    void shouldHaveALaterShareFromItsMomentOn() {
        var third = new Share(2, 3, 0, 0);
        var half = new Share(1, 2, 5 * SECOND, 1);
        var duty = new UserDuty(profile, third, 5 * SECOND);
        goThrough(duty, 0, 4_500 * MILLI);
        duty.divideAnew(half);
        duty.extend(Duty.NEVER);
        goThrough(duty, 4_510 * MILLI, 10 * SECOND);
        assertThat(duty.usersAt(5 * SECOND - 1)).isEqualTo(6);
        assertThat(duty.usersAt(5 * SECOND)).isEqualTo(10);
        assertThat(duty.shareAt(5 * SECOND)).isEqualTo(half);
        assertThat(duty.kept())
                .containsExactly(new Span(third, 0, 5 * SECOND), new Span(half, 5 * SECOND, 10 * SECOND));
        assertThat(duty.isOver(10 * SECOND)).isTrue();
    }

    @Test
    void shouldNotHaveKeptToWhatAProcessStoodStillFor() {
        var duty = new UserDuty(profile, Share.WHOLE, Duty.NEVER);
        goThrough(duty, 0, 2 * SECOND);
        goThrough(duty, 4 * SECOND, 5 * SECOND);
        assertThat(duty.kept())
                .containsExactly(new Span(Share.WHOLE, 0, 2 * SECOND), new Span(Share.WHOLE, 4 * SECOND, 5 * SECOND));
    }

    private static void goThrough(UserDuty duty, long fromNanos, long toNanos) {
        for (long now = fromNanos; now < toNanos; now += 10 * MILLI) {
            duty.look(now);
        }
        duty.look(toNanos);
    }
}
