package io.flywheel.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Latencies from the intended start, out of ends that were written down.
class RawTraceTest {
    private static final long FIRST = 5_000_000_000L;

    @Test
    void shouldCountFromTheScheduleWhateverTheRunSaysWasIntended() {
        // Ten a second. The run says of the last two that they were to begin when they did: a closed loop.
        var trace = new RawTrace(10, 4);
        long[] intended = {FIRST, FIRST + 100_000_000, FIRST + 1_000_000_000, FIRST + 1_001_000_000};
        long[] ended = {FIRST + 1_000_000, FIRST + 1_000_000_000, FIRST + 1_001_000_000, FIRST + 1_002_000_000};
        for (int number = 0; number < 4; number++) {
            trace.begun(number, intended[number]);
            trace.ended(number, ended[number]);
        }
        var seen = trace.seen();
        assertThat(seen.sortedNanos()).containsExactly(1_000_000, 702_000_000, 801_000_000, 900_000_000);
        assertThat(seen.scheduleErrorNanos()).isEqualTo(800_000_000);
    }

    @Test
    void shouldTakeTheValueThatSoManyPercentDoNotExceed() {
        var trace = new RawTrace(1_000, 1_000);
        for (int number = 0; number < 1_000; number++) {
            long due = FIRST + number * 1_000_000L;
            trace.begun(number, due);
            trace.ended(number, due + 1_000 - number);
        }
        var seen = trace.seen();
        assertThat(seen.percentile(50)).isEqualTo(500);
        assertThat(seen.percentile(99.9)).isEqualTo(999);
        assertThat(seen.percentile(100)).isEqualTo(1_000);
        assertThat(seen.scheduleErrorNanos()).isZero();
    }

    @Test
    void shouldLeaveOutWhatDidNotEnd() {
        var trace = new RawTrace(10, 3);
        trace.begun(0, FIRST);
        trace.begun(1, FIRST + 100_000_000);
        trace.ended(1, FIRST + 100_000_007);
        assertThat(trace.seen().sortedNanos()).containsExactly(7);
        assertThatThrownBy(new RawTrace(10, 3)::seen).isInstanceOf(IllegalStateException.class);
    }
}
