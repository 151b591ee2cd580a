package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.canary.Alarm.Change;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private final Seen clock = new Seen();
    private final Alarm alarm = new Alarm(3, 3, 2);

    private Change fail(String transaction) {
        return alarm.observe(clock.after(10).failure(transaction));
    }

    private Change succeed(String transaction) {
        return alarm.observe(clock.after(10).success(transaction));
    }

    @Test
    void shouldAlarmAfterSoManyFailuresInARowAndOnce() {
        assertThat(succeed("put")).isInstanceOf(Change.Nothing.class);
        assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
        assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
        assertThat(alarm.incident()).isEmpty();
        var raised = (Change.Raised) fail("put");
        assertThat(raised.incident().began()).isEqualTo(Seen.BEGIN.plusSeconds(20));
        assertThat(raised.incident().raised()).isEqualTo(Seen.BEGIN.plusSeconds(40));
        assertThat(raised.incident().failures()).hasSize(3);
        var put = raised.incident().affected().get("put");
        assertThat(put).isNotNull();
        assertThat(put.lastSuccess()).contains(Seen.BEGIN.plusSeconds(10));
        assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
        assertThat(alarm.incident()).isPresent();
    }

    @Test
    void shouldNotAlarmWhenASuccessIsBetween() {
        for (int i = 0; i < 20; i++) {
            assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
            assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
            assertThat(succeed("put")).isInstanceOf(Change.Nothing.class);
        }
        assertThat(alarm.incident()).isEmpty();
    }

    @Test
    void shouldAlarmWhenSoManyOfTheLastExecutionsFail() {
        var one = new Alarm(3, 5, 2);
        // The first two are too long ago once the third comes.
        for (boolean isFailure : new boolean[] {true, true, false, false, false, true, false, true, false}) {
            clock.after(10);
            var change = one.observe(isFailure ? clock.failure("put") : clock.success("put"));
            assertThat(change).isInstanceOf(Change.Nothing.class);
        }
        var raised = (Change.Raised) one.observe(clock.after(10).failure("put"));
        var put = raised.incident().affected().get("put");
        assertThat(put).isNotNull();
        assertThat(put.failures()).isEqualTo(3);
        assertThat(put.executions()).isEqualTo(5);
        assertThat(put.since()).isEqualTo(Seen.BEGIN.plusSeconds(60));
        assertThat(raised.incident().failures()).hasSize(3);
    }

    @Test
    void shouldCountFailuresOfEachTransactionByThemselves() {
        assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
        assertThat(fail("get")).isInstanceOf(Change.Nothing.class);
        assertThat(fail("list")).isInstanceOf(Change.Nothing.class);
        assertThat(alarm.failuresInRow()).containsEntry("put", 1).containsEntry("list", 1);
        assertThat(alarm.incident()).isEmpty();
    }

    @Test
    void shouldRecoverAfterSoManySuccessesInARow() {
        fail("put");
        fail("put");
        fail("put");
        assertThat(succeed("put")).isInstanceOf(Change.Nothing.class);
        assertThat(fail("put")).isInstanceOf(Change.Nothing.class);
        assertThat(succeed("put")).isInstanceOf(Change.Nothing.class);
        var recovered = (Change.Recovered) succeed("put");
        assertThat(recovered.incident().recovered()).contains(clock.now());
        assertThat(recovered.incident().lasted()).contains(Duration.ofSeconds(60));
        assertThat(recovered.incident().failed()).isEqualTo(4);
        assertThat(recovered.incident().executions()).isEqualTo(7);
        assertThat(alarm.incident()).isEmpty();
    }

    @Test
    void shouldJoinTransactionsThatFailLaterAndWaitForAll() {
        fail("put");
        fail("put");
        fail("put");
        fail("get");
        fail("get");
        var spread = (Change.Spread) fail("get");
        assertThat(spread.transaction()).isEqualTo("get");
        assertThat(spread.incident().affected()).containsOnlyKeys("get", "put");
        succeed("put");
        assertThat(succeed("put")).isInstanceOf(Change.Nothing.class);
        succeed("get");
        var recovered = (Change.Recovered) succeed("get");
        assertThat(recovered.incident().id()).isEqualTo(spread.incident().id());
        assertThat(recovered.incident().began()).isEqualTo(Seen.BEGIN.plusSeconds(10));
    }

    @Test
    void shouldNotMindOthersThatSucceed() {
        fail("put");
        succeed("get");
        fail("put");
        succeed("get");
        assertThat(fail("put")).isInstanceOf(Change.Raised.class);
        assertThat(succeed("get")).isInstanceOf(Change.Nothing.class);
        assertThat(succeed("get")).isInstanceOf(Change.Nothing.class);
        assertThat(alarm.incident()).isPresent();
    }

    @Test
    void shouldLearnNothingFromWhatHadNothingToWorkOn() {
        fail("get");
        fail("get");
        assertThat(alarm.observe(clock.starved("get"))).isInstanceOf(Change.Nothing.class);
        assertThat(fail("get")).isInstanceOf(Change.Raised.class);
        succeed("get");
        assertThat(alarm.observe(clock.starved("get"))).isInstanceOf(Change.Nothing.class);
        assertThat(succeed("get")).isInstanceOf(Change.Recovered.class);
    }

    @Test
    void shouldRaiseTheNextAlarmAnew() {
        fail("put");
        fail("put");
        String first = ((Change.Raised) fail("put")).incident().id();
        succeed("put");
        assertThat(succeed("put")).isInstanceOf(Change.Recovered.class);
        fail("put");
        fail("put");
        var second = ((Change.Raised) fail("put")).incident();
        assertThat(second.id()).isNotEqualTo(first);
        assertThat(second.failures()).hasSize(3);
        assertThat(second.failed()).isEqualTo(3);
    }

    /// Alarms and recoveries take turns, spreads are within, and what is kept has a limit, whatever happens.
    @Test
    void shouldKeepItsOrderInAnyHistory() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            int failures = 1 + random.nextInt(4);
            var one = new Alarm(failures, failures + random.nextInt(3), 1 + random.nextInt(3));
            double share = random.nextDouble();
            boolean on = false;
            for (int i = 0; i < 500; i++) {
                String name = "t" + random.nextInt(3);
                clock.after(1);
                var change = one.observe(random.nextDouble() < share ? clock.failure(name) : clock.success(name));
                switch (change) {
                    case Change.Nothing() -> {}
                    case Change.Raised(var incident) -> {
                        assertThat(on).as("seed %s", seed).isFalse();
                        assertThat(incident.affected()).containsOnlyKeys(name);
                        on = true;
                    }
                    case Change.Spread(var incident, var transaction) -> {
                        assertThat(on).as("seed %s", seed).isTrue();
                        assertThat(incident.affected()).containsKey(transaction);
                    }
                    case Change.Recovered(var incident) -> {
                        assertThat(on).as("seed %s", seed).isTrue();
                        assertThat(incident.failures()).hasSizeLessThanOrEqualTo(Alarm.FAILURES_MAX);
                        assertThat(incident.failed())
                                .isGreaterThanOrEqualTo(incident.failures().size());
                        on = false;
                    }
                }
                assertThat(one.incident().isPresent()).isEqualTo(on);
            }
        }
    }
}
