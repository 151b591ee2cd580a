package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration EVERY = Duration.ofNanos(100);

    @Test
    void shouldSpreadTransactionsOverTheTimeOfOne() {
        assertThat(Schedule.spread(1_000, EVERY, 0, 4).next(1_000)).isEqualTo(1_025);
        assertThat(Schedule.spread(1_000, EVERY, 1, 4).next(1_000)).isEqualTo(1_050);
        assertThat(Schedule.spread(1_000, EVERY, 3, 4).next(1_000)).isEqualTo(1_100);
    }

    @Test
    void shouldBeDueAfterEachStep() {
        var schedule = new Schedule(1_000, EVERY);
        assertThat(schedule.next(999)).isEqualTo(1_000);
        assertThat(schedule.next(1_000)).isEqualTo(1_100);
        assertThat(schedule.next(1_099)).isEqualTo(1_100);
    }

    @Test
    void shouldLeaveOutWhatWasMissed() {
        assertThat(new Schedule(1_000, EVERY).next(12_345)).isEqualTo(12_400);
    }
}
