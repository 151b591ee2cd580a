package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.fleet.FleetHistory.Faults;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Stage;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/// Whatever happens, every arrival is started at most once, and what was counted and what the result says is
/// missing are together the whole schedule. A failing seed replays with `-Dhistories.seed`; `-Dhistories.seeds`
/// runs as many others.
final class FleetHistoriesTest {
    private static final int SEEDS = 60;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LENGTH = Duration.ofSeconds(20);
    private static final RateProfile USERS = new RateProfile(List.of(new Stage.Hold(40, LENGTH)));

    @Test
    void shouldCountEveryArrivalWhereNothingGoesWrong() {
        var history = new FleetHistory(1, 7, 333, LENGTH, SECOND, Faults.NONE);
        var result = history.run();
        history.check(result);
        assertThat(result.shortOf()).isEmpty();
        assertThat(result.aggregate().total("get").orElseThrow().ended()).isEqualTo(6_660);
        assertThat(history.truth()).hasSize(6_660);
    }

    @Test
    void shouldStartTogetherWhateverTheClocksSay() {
        var history = new FleetHistory(
                2, 50, 500, LENGTH, SECOND, new Faults(0, 3_000_000, false, false, false, false, false, false, false));
        history.run();
        var starts = history.agents().stream()
                .mapToLong(agent -> agent.startedAtTrueNanos)
                .summaryStatistics();
        long error = history.agents().stream()
                .mapToLong(agent -> agent.participation.skewNanosMax())
                .max()
                .orElseThrow();
        // Half of the shortest round trip each; round trips are some milliseconds here.
        assertThat(starts.getMax() - starts.getMin()).isLessThanOrEqualTo(2 * error + 1_000_000);
        assertThat(error).isLessThan(5_000_000);
    }

    @Test
    void shouldDivideWhatALostAgentHadAmongTheOthers() {
        var history = new FleetHistory(3, 4, 400, LENGTH, SECOND, Faults.NONE);
        history.agents().get(2).dieAt(8 * FleetHistory.SECOND);
        var result = history.run();
        history.check(result);
        assertThat(result.lost()).hasSize(1);
        // What it did not report, half of the patience, a beat and the patience: 8.5 s of its 100/s at most.
        assertThat(result.missingArrivals()).isBetween(400.0, 900.0);
        assertThat(result.aggregate().total("get").orElseThrow().ended()).isGreaterThan(7_000);
        assertThat(result.shortOf()).isNotEmpty();
    }

    @Test
    void shouldDivideTheUsersOfALostAgentAmongTheOthers() {
        var history = new FleetHistory(6, 4, LoadPlan.Model.CLOSED, USERS, SECOND, Faults.NONE);
        history.agents().get(2).dieAt(8 * FleetHistory.SECOND);
        var result = history.run();
        history.check(result);
        assertThat(result.lost()).hasSize(1);
        // What it did not report, half of the patience, a beat and the patience: 9.5 s of its 10 of 40 users at most.
        assertThat(result.missingArrivals()).isBetween(40.0, 95.0);
        // From then on three have its users.
        assertThat(history.agents().get(0).kept().spans().getLast().share().count())
                .isEqualTo(3);
    }

    @Test
    void shouldMissNothingOfAnAgentThatWasToldToGo() {
        for (var model : LoadPlan.Model.values()) {
            var before = new FleetHistory(7, 4, model, USERS, SECOND, Faults.NONE);
            before.run();
            var history = new FleetHistory(7, 4, model, USERS, SECOND, Faults.NONE);
            // The one that sets up what is there once.
            var leaving = history.agent(before.first());
            leaving.leaveAt(8 * FleetHistory.SECOND);
            var result = history.run();
            history.check(result);
            assertThat(result.shortOf()).isEmpty();
            assertThat(result.lost()).isEmpty();
            assertThat(result.missingArrivals()).isZero();
            assertThat(leaving.leftAtTrueNanos).isLessThan(16 * FleetHistory.SECOND);
            assertThat(result.problems())
                    .hasSize(2)
                    .allMatch(line -> line.contains(leaving.name))
                    .anyMatch(line -> line.contains("not torn down"));
            assertThat(result.cleaned().done()).isEqualTo(4);
        }
    }

    @Test
    void shouldKeepEveryUserOnceWhateverHappens() {
        replaying(FleetHistoriesTest::runUsers);
    }

    private static void runUsers(long seed) {
        var random = new SplittableRandom(seed);
        var stages = List.<Stage>of(
                new Stage.Ramp(0, 37, Duration.ofSeconds(6)),
                new Stage.Hold(37, Duration.ofSeconds(5)),
                new Stage.Step(30, 3, 4, Duration.ofSeconds(2)));
        var history = new FleetHistory(
                seed,
                1 + random.nextInt(8),
                LoadPlan.Model.CLOSED,
                new RateProfile(stages),
                SECOND,
                Faults.drawn(random));
        history.check(history.run());
    }

    @Test
    void shouldStopWithinASecond() {
        var faults = new Faults(0, 10_000_000, false, false, false, false, true, true, false);
        var history = new FleetHistory(4, 20, 500, LENGTH, SECOND, faults);
        var result = history.run();
        history.check(result);
        assertThat(result.stopped()).isTrue();
        for (var agent : history.agents()) {
            assertThat(agent.stoppedAtTrueNanos - history.stopToldAtNanos()).isBetween(0L, FleetHistory.SECOND);
        }
    }

    @Test
    void shouldCountOnceAndSayWhatIsMissingWhateverHappens() {
        replaying(FleetHistoriesTest::runArrivals);
    }

    private static void runArrivals(long seed) {
        var random = new SplittableRandom(seed);
        var history = new FleetHistory(seed, 1 + random.nextInt(8), 200, LENGTH, SECOND, Faults.drawn(random));
        history.check(history.run());
    }

    private static void replaying(LongConsumer history) {
        String one = System.getProperty("histories.seed");
        long first = one == null
                ? (Integer.getInteger("histories.seeds") == null ? 1 : System.nanoTime())
                : Long.parseLong(one);
        int seeds = one == null ? Integer.getInteger("histories.seeds", SEEDS) : 1;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                history.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dhistories.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void shouldCountForAThousandAgents() {
        var faults = new Faults(0.01, 5_000_000, true, true, true, true, false, false, false);
        var history = new FleetHistory(5, 1_000, 2_000, Duration.ofSeconds(10), Duration.ofSeconds(4), faults);
        var result = history.run();
        history.check(result);
        assertThat(result.agents()).isEqualTo(1_000);
    }
}
