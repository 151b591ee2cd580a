package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.bundle.BundleLimits;
import io.flywheel.loadtest.bundle.Bundles;
import io.flywheel.loadtest.bundle.SampleBundle;
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
              every = 20ms, schedules { buy = 10ms }, shift = %s, listen = "127.0.0.1:0", state = state
              alarm { failures = 3, successes = 2, webhook = "%s", incidents = reports }
            }
            """.formatted(shift, receiver.address()));
        return RunFile.read(file, List.of(shop));
    }

    /// The system's clock, from some moment on by a day ahead.
    private static final class Ahead implements Clock {
        private final Clock system = new SystemClock();
        private volatile boolean isTomorrow;

        @Override
        public long unixMillis() {
            return system.unixMillis();
        }

        @Override
        public long monotonicNanos() {
            return system.monotonicNanos() + (isTomorrow ? Duration.ofDays(1).toNanos() : 0);
        }
    }

    /// A canary at work.
    private final class Running implements AutoCloseable {
        private final Watch watch;
        private final CanaryPages pages;
        private final Ahead clock = new Ahead();
        private final Canary canary;
        private final Thread thread;
        private final HttpClient http = HttpClient.newHttpClient();

        Running(RunFile file) throws IOException {
            this(file, WorkloadSource.of((RunFile.Source.OfPack) file.source()));
        }

        Running(RunFile file, WorkloadSource source) throws IOException {
            var pulse = new Pulse(clock);
            watch = new Watch(file.canary(), file.target(), source.names(), new SystemClock(), log::add);
            pages = new CanaryPages(file.canary().listen(), watch, pulse);
            canary = new Canary(new SystemClock(), file, source, watch, pulse, log::add, Duration.ofSeconds(1));
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
            assertThat(running.page("/ready").statusCode()).isEqualTo(200);
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

    /// A shift is no reason to run what is rare.
    @Test
    void shouldKeepItsSchedulesFromShiftToShift() throws Exception {
        try (var receiver = new AlarmReceiver(0)) {
            var file = runFile(receiver, "100ms");
            Path path = folder.resolve("shop.conf");
            Files.writeString(path, Files.readString(path).replace("buy = 10ms", "buy = 6h, search = 7h"));
            try (var _ = new Running(RunFile.read(file.file(), List.of(shop)))) {
                shop.thirdLife.await();
            }
        }
        assertThat(shop.occurrences).containsExactly("search 0", "buy 0");
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
    void shouldNotBeLiveWhenItIsStuck() throws Exception {
        shop.isJammed = true;
        try (var receiver = new AlarmReceiver(0);
                var running = new Running(runFile(receiver, "1h"))) {
            shop.jam.await();
            assertThat(running.page("/live").statusCode()).isEqualTo(200);
            assertThat(running.page("/ready").statusCode()).isEqualTo(503);
            running.clock.isTomorrow = true;
            var live = running.page("/live");
            assertThat(live.statusCode()).isEqualTo(503);
            assertThat(live.body()).contains("setting up");
        }
        // It could be stopped all the same, and gave back what it had made.
        assertThat(shop.tornDown).hasValue(1);
        assertThat(shop.closed).hasValue(1);
    }

    @Test
    void shouldRemoveWhatACanaryLeftThatWasKilled() throws Exception {
        try (var receiver = new AlarmReceiver(0)) {
            var file = runFile(receiver, "1h");
            var killed = new Watch(file.canary(), file.target(), List.of(), new SystemClock(), log::add);
            killed.begins("dead");
            try (var running = new Running(file)) {
                shop.firstLife.await();
                assertThat(shop.removed).containsExactly("dead");
                assertThat(running.watch.left()).hasSize(1).doesNotContain("dead");
            }
            killed.close();
            assertThat(file.canary().state()).doesNotExist();
        }
    }

    /// A process that ends again and again is an alarm, although nothing else fails; without it all is well.
    @Test
    void shouldAlarmWhenTheProcessOfABundleEndsAndGoOn() throws Exception {
        SampleBundle.build(folder.resolve("shop.jar"), "Shop", """
            import io.flywheel.loadtest.api.*;

            public final class Shop {
                @Transaction
                void look(Context context) {
                    if (java.nio.file.Files.exists(java.nio.file.Path.of(context.run().settings().text("poison")))) {
                        System.exit(0);
                    }
                }
            }
            """, "1.0");
        Path poison = Files.createFile(folder.resolve("poison"));
        try (var receiver = new AlarmReceiver(0)) {
            Path path = Files.writeString(folder.resolve("bundle.conf"), """
                target = "http://shop:8080", bundle = shop.jar, settings { poison = "%s" }
                load { rate = 1/s, duration = 1s }
                canary {
                  every = 50ms, listen = "127.0.0.1:0"
                  alarm { failures = 2, successes = 1, webhook = "%s" }
                }
                """.formatted(poison, receiver.address()));
            var file = RunFile.read(path, List.of());
            var bundles = Bundles.open(List.of(folder.resolve("shop.jar")));
            var source = WorkloadSource.of(bundles, BundleLimits.USUAL, file, new SystemClock());
            try (var running = new Running(file, source)) {
                var alarm = receiver.next();
                assertThat(alarm.path("event").asString()).isEqualTo("alarm");
                assertThat(alarm.path("failure").asString()).contains("it called System.exit");
                Files.delete(poison);
                var recovered = receiver.next();
                while (!recovered.path("event").asString().equals("recovered")) {
                    assertThat(recovered.path("event").asString()).isEqualTo("spread");
                    recovered = receiver.next();
                }
                assertThat(running.page("/health").statusCode()).isEqualTo(200);
            }
        }
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
            var clock = new SystemClock();
            try (var watch = new Watch(file.canary(), file.target(), List.of(), clock, log::add)) {
                var source = WorkloadSource.of((RunFile.Source.OfPack) file.source());
                var canary = new Canary(clock, file, source, watch, new Pulse(clock), log::add);
                assertThatThrownBy(canary::run)
                        .isInstanceOf(RunFileRefused.class)
                        .hasMessageContaining("there is no key to the shop");
            }
            assertThat(receiver.isEmpty()).isTrue();
        }
    }
}
