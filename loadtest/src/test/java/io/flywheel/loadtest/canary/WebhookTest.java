package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WebhookTest {
    private final List<Boolean> outcomes = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private static Notice notice(String event) {
        var clock = new Seen();
        var alarm = new Alarm(1, 1);
        var incident = ((Alarm.Change.Raised) alarm.observe(clock.failure("put"))).incident();
        return new Notice(event, clock.now(), incident, "http://shop:8080");
    }

    @Test
    void shouldTryAgainUntilItIsTaken() throws Exception {
        try (var receiver = new AlarmReceiver(3);
                var webhook = new Webhook(receiver.address(), Duration.ofMillis(1), outcomes::add, log::add)) {
            webhook.tell(notice("alarm"));
            webhook.tell(notice("recovered"));
            var alarm = receiver.next();
            assertThat(alarm.path("event").asString()).isEqualTo("alarm");
            assertThat(alarm.path("text").asString())
                    .isEqualTo("http://shop:8080: put fails since 2026-11-21T10:00:00Z: 503: SlowDown | <again>");
            assertThat(alarm.path("transactions").path(0).path("name").asString())
                    .isEqualTo("put");
            assertThat(alarm.path("requestIds").path(0).asString()).isEqualTo("request-0");
            assertThat(receiver.next().path("event").asString()).isEqualTo("recovered");
            assertThat(receiver.isEmpty()).isTrue();
        }
        assertThat(outcomes).containsExactly(true, true);
        assertThat(log).hasSize(1);
    }

    @Test
    void shouldSayWhatNobodyTook() throws Exception {
        try (var receiver = new AlarmReceiver(Integer.MAX_VALUE);
                var webhook = new Webhook(receiver.address(), Duration.ofMillis(1), outcomes::add, log::add)) {
            webhook.tell(notice("alarm"));
        }
        assertThat(outcomes).containsExactly(false);
        assertThat(log).isNotEmpty().last().asString().contains("was not told of alarm: it answered 500");
    }
}
