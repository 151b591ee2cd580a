package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.http.ScriptedServer;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WebhookTest {
    private final List<Webhook.Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private static Map<String, Object> notice(String event) {
        var clock = new Seen();
        var alarm = new Alarm(1, 1, 1);
        var incident = ((Alarm.Change.Raised) alarm.observe(clock.failure("put"))).incident();
        return new Notice(event, clock.now(), incident, "http://shop:8080").fields();
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
        assertThat(outcomes).containsExactly(Webhook.Outcome.DELIVERED, Webhook.Outcome.DELIVERED);
        assertThat(log).hasSize(1);
    }

    /// An answer that begins and does not end.
    @Test
    void shouldTryAgainWhereAnAnswerNeverEnds() throws Exception {
        var told = new CountDownLatch(2);
        try (var silent = new ScriptedServer((head, in, out) -> {
                    told.countDown();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    var _ = in.transferTo(OutputStream.nullOutputStream());
                    return false;
                });
                var webhook = new Webhook(
                        URI.create("http://127.0.0.1:" + silent.port() + "/"),
                        Duration.ofMillis(1),
                        Duration.ofMillis(200),
                        outcomes::add,
                        log::add)) {
            webhook.tell(notice("alarm"));
            assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(log).first().asString().contains("no whole answer within 200 ms");
    }

    @Test
    void shouldSayWhatNobodyTookBeforeItWasClosed() throws Exception {
        try (var receiver = new AlarmReceiver(Integer.MAX_VALUE);
                var webhook = new Webhook(receiver.address(), Duration.ofMillis(1), outcomes::add, log::add)) {
            webhook.tell(notice("alarm"));
        }
        assertThat(outcomes).isEmpty();
        assertThat(log).isNotEmpty().last().asString().contains("was not told of alarm, it will be by the next canary");
    }
}
