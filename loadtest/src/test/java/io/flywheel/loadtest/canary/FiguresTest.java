package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private final Seen clock = new Seen();
    private final Figures figures = new Figures();

    @Test
    void shouldCountWhatPrometheusReads() {
        figures.add(clock.success("put"));
        figures.add(clock.after(1).failure("put"));
        figures.add(clock.starved("get"));
        figures.cleaned(7, 1, List.of("teardown failed"));
        figures.webhook(true);
        String text = figures.prometheus(Map.of("put", 1), true);
        assertThat(text.lines())
                .contains(
                        "loadtest_canary_executions_total{transaction=\"put\",outcome=\"success\"} 1",
                        "loadtest_canary_executions_total{transaction=\"put\",outcome=\"failure\"} 1",
                        "loadtest_canary_executions_total{transaction=\"get\",outcome=\"skipped\"} 1",
                        "loadtest_canary_duration_seconds_bucket{transaction=\"put\",le=\"0.025\"} 0",
                        "loadtest_canary_duration_seconds_bucket{transaction=\"put\",le=\"0.05\"} 2",
                        "loadtest_canary_duration_seconds_bucket{transaction=\"put\",le=\"+Inf\"} 2",
                        "loadtest_canary_duration_seconds_sum{transaction=\"put\"} 0.08",
                        "loadtest_canary_duration_seconds_count{transaction=\"put\"} 2",
                        "loadtest_canary_last_success_timestamp_seconds{transaction=\"put\"} 1795255200",
                        "loadtest_canary_failures_in_row{transaction=\"put\"} 1",
                        "loadtest_canary_alarm 1",
                        "loadtest_canary_webhooks_total{outcome=\"delivered\"} 1",
                        "loadtest_canary_cleanups_total{outcome=\"done\"} 7",
                        "loadtest_canary_teardowns_failed_total 1");
        // A type for each, once.
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE")))
                .doesNotHaveDuplicates()
                .hasSize(9);
    }
}
