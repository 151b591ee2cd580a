package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PulseTest {
    private long now;
    private final Pulse pulse = new Pulse(new Clock() {
        @Override
        public long unixMillis() {
            throw new AssertionError("the wall clock may jump");
        }

        @Override
        public long monotonicNanos() {
            return now;
        }
    });

    @Test
    void shouldNameWhatWasToBeHeardOfBefore() {
        pulse.expect("put", Duration.ofMinutes(1));
        pulse.expect("get", Duration.ofHours(1));
        now = Duration.ofMinutes(1).plus(Pulse.GRACE).toNanos();
        assertThat(pulse.stuck()).isEmpty();
        now++;
        assertThat(pulse.stuck()).containsExactly("put");
        now = Duration.ofDays(1).toNanos();
        assertThat(pulse.stuck()).containsExactly("get", "put");
        pulse.expect("put", Duration.ofMinutes(1));
        pulse.over("get");
        assertThat(pulse.stuck()).isEmpty();
    }
}
