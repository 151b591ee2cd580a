package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.runfile.CanarySection;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a canary knows after it was killed: one that is not closed has no chance to say anything.
class WatchTest {
    private static final String TARGET = "http://shop:8080";
    private static final List<String> ALL = List.of("buy", "search");

    @TempDir
    private Path folder = Path.of(".");

    private final Seen clock = new Seen();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private CanarySection section(String alarm) throws IOException {
        Path file = Files.writeString(folder.resolve("run.conf"), """
            target = "http://shop:8080", pack = shop, load { rate = 1/s, duration = 1s }
            canary.alarm { failures = 2, successes = 2%s }
            """.formatted(alarm));
        return RunFile.read(file, List.of(new ShopPack())).canary();
    }

    private Watch watch(CanarySection section, List<String> watched) {
        return new Watch(section, TARGET, watched, new SystemClock(), log::add);
    }

    private void fail(Watch watch, String transaction) {
        watch.saw(clock.after(10).failure(transaction));
    }

    private void succeed(Watch watch, String transaction) {
        watch.saw(clock.after(10).success(transaction));
    }

    @Test
    void shouldNeitherAlarmTwiceNorForgetToSayThatItRecovered() throws Exception {
        try (var receiver = new AlarmReceiver(0)) {
            var section = section(", webhook = \"" + receiver.address() + "\"");
            var killed = watch(section, ALL);
            fail(killed, "buy");
            fail(killed, "buy");
            var alarm = receiver.next();
            // Only when it is noted that it was told it is told once.
            while (CanaryState.read(section.state()).orElseThrow().untold().size() > 0) {
                Thread.onSpinWait();
            }
            try (var next = watch(section, ALL)) {
                assertThat(next.health()).containsEntry("status", "alarm").containsEntry("failing", List.of("buy"));
                fail(next, "buy");
                succeed(next, "buy");
                succeed(next, "buy");
                var recovered = receiver.next();
                assertThat(recovered.path("event").asString()).isEqualTo("recovered");
                assertThat(recovered.path("incident")).isEqualTo(alarm.path("incident"));
                assertThat(recovered.path("began")).isEqualTo(alarm.path("began"));
                assertThat(recovered
                                .path("transactions")
                                .path(0)
                                .path("failures")
                                .asInt())
                        .isEqualTo(3);
            }
            assertThat(receiver.isEmpty()).isTrue();
            assertThat(section.state()).doesNotExist();
            assertThat(folder.resolve("incidents")
                            .resolve(alarm.path("incident").asString() + ".md"))
                    .content()
                    .contains("# Incident", "the canary was started again", "| buy | 3 | 5 |", ": recovered");
            killed.close();
        }
    }

    @Test
    void shouldTellAfterARestartWhatNobodyWasToldBefore() throws Exception {
        try (var receiver = new AlarmReceiver(1)) {
            var section = section(", webhook = \"" + receiver.address() + "\"");
            try (var first = watch(section, ALL)) {
                fail(first, "buy");
                fail(first, "buy");
                while (!receiver.hasRefused()) {
                    Thread.onSpinWait();
                }
            }
            assertThat(receiver.isEmpty()).isTrue();
            try (var next = watch(section, ALL)) {
                assertThat(receiver.next().path("event").asString()).isEqualTo("alarm");
                succeed(next, "buy");
                succeed(next, "buy");
                assertThat(receiver.next().path("event").asString()).isEqualTo("recovered");
            }
            assertThat(receiver.isEmpty()).isTrue();
        }
    }

    @Test
    void shouldEndAnAlarmOfWhatIsNotRunAnyMore() throws Exception {
        try (var receiver = new AlarmReceiver(0)) {
            var section = section(", webhook = \"" + receiver.address() + "\"");
            try (var first = watch(section, ALL)) {
                fail(first, "buy");
                fail(first, "buy");
            }
            assertThat(receiver.next().path("event").asString()).isEqualTo("alarm");
            try (var next = watch(section, List.of("search"))) {
                assertThat(next.health()).containsEntry("status", "starting");
                var dropped = receiver.next();
                assertThat(dropped.path("event").asString()).isEqualTo("dropped");
                assertThat(dropped.path("text").asString())
                        .isEqualTo(TARGET + ": buy is not watched any more, it may still fail");
            }
        }
        assertThat(log).anyMatch(line -> line.endsWith("buy is not run any more"));
    }

    @Test
    void shouldWatchAllTheSameWhereItsFileSaysNothingOfUse() throws Exception {
        var section = section("");
        for (String text : List.of("", "{", "[]", "{\"version\": 2}", "null", "{\"version\": 1}")) {
            Files.writeString(section.state(), text);
            try (var watch = watch(section, ALL)) {
                assertThat(watch.health()).as(text).containsEntry("status", "starting");
            }
        }
        Files.createDirectory(section.state().resolveSibling("run.conf.canary.next"));
        try (var watch = watch(section, ALL)) {
            fail(watch, "buy");
            fail(watch, "buy");
            fail(watch, "buy");
            assertThat(watch.health()).containsEntry("status", "alarm");
        }
        assertThat(log).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
    }

    /// Whatever happens, and whenever it is killed: alarms and recoveries take turns.
    @Test
    void shouldKeepItsOrderWhenItIsKilledAtAnyMoment() throws Exception {
        var section = section("");
        for (long seed = 0; seed < 20; seed++) {
            Files.deleteIfExists(section.state());
            log.clear();
            var random = new SplittableRandom(seed);
            var watch = watch(section, ALL);
            boolean on = false;
            for (int i = 0; i < 100; i++) {
                if (random.nextInt(10) == 0) {
                    watch = watch(section, ALL);
                    assertThat(watch.health().get("status")).as("seed %s", seed).isEqualTo(on ? "alarm" : "starting");
                }
                String name = ALL.get(random.nextInt(2));
                if (random.nextBoolean()) {
                    fail(watch, name);
                } else {
                    succeed(watch, name);
                }
                on = "alarm".equals(watch.health().get("status"));
            }
            var told = log.stream()
                    .filter(line -> line.startsWith("recovered") || line.contains("failed, after"))
                    .map(line -> line.startsWith("recovered"))
                    .toList();
            for (int i = 0; i < told.size(); i++) {
                assertThat(told.get(i)).as("seed %s, event %s", seed, i).isEqualTo(i % 2 == 1);
            }
        }
    }
}
