package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.runfile.RunFileRefused;
import io.flywheel.loadtest.session.WorkloadSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Canaries that run, by the system's clock: nothing here depends on how fast.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CanaryTest {
    @TempDir
    private Path folder = Path.of(".");

    private final ShopPack shop = new ShopPack();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private RunFile runFile(AlarmReceiver receiver, String shift) throws IOException {
        Path file = folder.resolve("shop.conf");
        Files.writeString(file, """
            target = "http://shop:8080"
            pack = shop
            load { rate = 1/s, duration = 1s }
            canary {
              every = 20ms, schedules { buy = 10ms }, shift = %s, listen = "127.0.0.1:0"
              alarm { failures = 3, successes = 2, webhook = "%s", incidents = reports }
            }
            """.formatted(shift, receiver.address()));
        return RunFile.read(file, List.of(shop));
    }

    /// A canary at work.
    private final class Running implements AutoCloseable {
        private final Watch watch;
        private final CanaryPages pages;
        private final Canary canary;
        private final Thread thread;
        private final HttpClient http = HttpClient.newHttpClient();

        Running(RunFile file) throws IOException {
            watch = new Watch(file.canary(), file.target(), log::add);
            pages = new CanaryPages(file.canary().listen(), watch);
            var source = WorkloadSource.of((RunFile.Source.OfPack) file.source());
            canary = new Canary(new SystemClock(), file, source, watch, log::add, Duration.ofSeconds(1));
            thread = Thread.ofPlatform().start(() -> {
                try {
                    canary.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        HttpResponse<String> page(String path) throws IOException, InterruptedException {
            var uri = URI.create("http://127.0.0.1:" + pages.address().getPort() + path);
            return http.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(2)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }

        @Override
        public void close() {
            canary.stop();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("the test was interrupted", e);
            }
            pages.close();
            watch.close();
            http.close();
        }
    }

    @Test
    void shouldAlarmWhenATransactionFailsAndTellWhenItRecovers() throws Exception {
        try (var receiver = new AlarmReceiver(0);
                var running = new Running(runFile(receiver, "1h"))) {
            shop.buyingIsBroken = true;
            var alarm = receiver.next();
            assertThat(alarm.path("event").asString()).isEqualTo("alarm");
            assertThat(alarm.path("transactions").path(0).path("name").asString())
                    .isEqualTo("buy");
            assertThat(running.page("/live").statusCode()).isEqualTo(200);
            var health = running.page("/health");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body()).contains("\"status\":\"alarm\"", "\"failing\":[\"buy\"]");
            assertThat(running.page("/metrics").body())
                    .contains(
                            "\nloadtest_canary_alarm 1\n",
                            "\nloadtest_canary_incidents_total 1\n",
                            "\nloadtest_canary_failures_in_row{transaction=\"search\"} 0\n");
            shop.buyingIsBroken = false;
            var recovered = receiver.next();
            assertThat(recovered.path("event").asString()).isEqualTo("recovered");
            assertThat(recovered.path("incident")).isEqualTo(alarm.path("incident"));
            assertThat(running.page("/health").statusCode()).isEqualTo(200);
            assertThat(running.page("/metrics").body()).contains("\nloadtest_canary_alarm 0\n");
            assertThat(running.page("/other").statusCode()).isEqualTo(404);
            Path report =
                    folder.resolve("reports").resolve(alarm.path("incident").asString() + ".md");
            assertThat(report).content().contains("buy failed at http://shop:8080", "request of buy", ": recovered");
            assertThat(receiver.isEmpty()).isTrue();
        }
        assertThat(shop.opened).hasValue(1);
        assertThat(shop.closed).hasValue(1);
        assertThat(shop.cleaned).hasValue(1);
        assertThat(shop.tornDown).hasValue(1);
    }

    @Test
    void shouldAlarmWhenNothingCanBeSetUpAndGoOnTrying() throws Exception {
        shop.isClosed = true;
        try (var receiver = new AlarmReceiver(0);
                var running = new Running(runFile(receiver, "1h"))) {
            var alarm = receiver.next();
            assertThat(alarm.path("transactions").path(0).path("name").asString())
                    .isEqualTo("setup");
            assertThat(alarm.path("failure").asString()).contains("the shop is closed");
            assertThat(running.page("/health").statusCode()).isEqualTo(503);
            shop.isClosed = false;
            assertThat(receiver.next().path("event").asString()).isEqualTo("recovered");
        }
        assertThat(shop.opened).hasValueGreaterThan(0);
        assertThat(shop.closed.get()).isEqualTo(shop.tornDown.get());
    }

    @Test
    void shouldCleanUpAndBeginAnewAfterEachShift() throws Exception {
        try (var receiver = new AlarmReceiver(0);
                var _ = new Running(runFile(receiver, "100ms"))) {
            shop.thirdLife.await();
            assertThat(shop.closed.get()).isGreaterThanOrEqualTo(2);
            assertThat(receiver.isEmpty()).isTrue();
        }
        assertThat(shop.cleaned.get()).isEqualTo(shop.opened.get());
        assertThat(shop.bought.get()).isGreaterThanOrEqualTo(shop.opened.get() - 1);
        // Its data goes on where the shift before ended.
        assertThat(shop.occurrences).doesNotHaveDuplicates().contains("buy 0", "buy 1");
    }

    @Test
    void shouldBeginAnewWhenABundleIsLost() throws Exception {
        shop.isLost = true;
        try (var receiver = new AlarmReceiver(0);
                var _ = new Running(runFile(receiver, "1h"))) {
            shop.thirdLife.await();
            assertThat(log).contains("the shop burnt down");
        }
        assertThat(shop.closed.get()).isEqualTo(shop.opened.get());
    }

    @Test
    void shouldCleanUpThoughTheServiceNeverAnswers() throws Exception {
        shop.isSilent = true;
        try (var receiver = new AlarmReceiver(0);
                var _ = new Running(runFile(receiver, "1h"))) {
            shop.silence.await();
        }
        assertThat(shop.cleaned).hasValue(1);
        assertThat(shop.closed).hasValue(1);
    }

    @Test
    void shouldNotBeginWithWhatIsWrongFromTheBeginning() throws Exception {
        shop.isMisconfigured = true;
        try (var receiver = new AlarmReceiver(0)) {
            var file = runFile(receiver, "1h");
            try (var watch = new Watch(file.canary(), file.target(), log::add)) {
                var source = WorkloadSource.of((RunFile.Source.OfPack) file.source());
                var canary = new Canary(new SystemClock(), file, source, watch, log::add);
                assertThatThrownBy(canary::run)
                        .isInstanceOf(RunFileRefused.class)
                        .hasMessageContaining("there is no key to the shop");
            }
            assertThat(receiver.isEmpty()).isTrue();
        }
    }
}
