package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Span;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What has to hold so that no arrival is started twice, message by message.
final class CoordinationTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long ORIGIN = 1_002 * SECOND;
    private static final FleetOptions OPTIONS = FleetOptions.of(3);
    private static final Workload.Cleaned NOTHING = new Workload.Cleaned(0, 0);

    private final LoadPlan plan = new LoadPlan(
            LoadPlan.Model.OPEN,
            new RateProfile(List.of(new io.flywheel.loadtest.schedule.Stage.Hold(300, Duration.ofSeconds(60)))),
            Arrivals.Spacing.CONSTANT,
            List.of(BigDecimal.ONE),
            1,
            1_000,
            Duration.ZERO,
            Duration.ofSeconds(1));
    private final List<Event> journal = new ArrayList<>();
    private Coordination controller = begun();

    @Test
    void shouldGiveALostShareOnlyAfterTheLeaseOfWhoHadIt() {
        beat("a", 9_900 * MILLI);
        beat("b", 9_000 * MILLI);
        beat("c", 9_000 * MILLI);
        // Lost at once, and not for its silence: its lease is the longest.
        controller.receive(garbage("a"), at(10 * SECOND));
        assertThat(divided()).hasValueSatisfying(division -> {
            assertThat(division.agents()).containsExactly("b", "c");
            assertThat(division.fromNanos()).isGreaterThanOrEqualTo(14_900 * MILLI);
        });
    }

    @Test
    void shouldGiveNoLeaseToWhoIsLost() {
        beat("a", 10 * SECOND);
        controller.receive(garbage("a"), at(10 * SECOND));
        var order = beat("a", 12 * SECOND);
        assertThat(order.leaseNanos()).isZero();
        assertThat(order.stop()).isTrue();
        beat("b", 12 * SECOND);
        controller.receive(garbage("b"), at(12 * SECOND));
        // What it heard after it was lost would not hold this one up.
        assertThat(divided().orElseThrow().fromNanos()).isLessThanOrEqualTo(17 * SECOND);
    }

    @Test
    void shouldKnowAfterARestartWhatLeasesWereGiven() {
        for (long run = 0; run <= 20 * SECOND; run += 500 * MILLI) {
            beat("a", run);
        }
        // Of the others it has not heard since the start. Then it is killed, and its clock set back.
        long downNanos = SECOND;
        long backNanos = 10 * SECOND;
        restart(at(20 * SECOND + downNanos - backNanos));
        long upNanos = 20 * SECOND + downNanos - backNanos;
        for (long up = 0; up <= 5_100 * MILLI; up += 300 * MILLI) {
            controller.receive(beatOf("b", Stage.PREPARED, 0), at(upNanos + up));
            controller.receive(beatOf("c", Stage.PREPARED, 0), at(upNanos + up));
            controller.look(at(upNanos + up));
        }
        assertThat(divided()).hasValueSatisfying(division -> {
            assertThat(division.agents()).containsExactly("b", "c");
            assertThat(division.fromNanos()).isGreaterThanOrEqualTo(25 * SECOND);
        });
    }

    @Test
    void shouldGiveAgentsAllItsPatienceToComeBackAfterARestart() {
        for (String agent : List.of("a", "b", "c")) {
            beat(agent, 10 * SECOND);
        }
        restart(at(11 * SECOND));
        for (long run = 11 * SECOND; run <= 16 * SECOND; run += 500 * MILLI) {
            controller.look(at(run));
        }
        assertThat(controller.agents()).isEqualTo(3);
        controller.look(at(16_500 * MILLI));
        assertThat(controller.agents()).isZero();
    }

    @Test
    void shouldNotWriteDownEveryLease() {
        int before = journal.size();
        for (long run = 0; run <= 50 * SECOND; run += 100 * MILLI) {
            beat("a", run);
            beat("b", run);
        }
        assertThat(journal.size() - before).isBetween(10, 21);
    }

    @Test
    void shouldGoOnWhenItsClockWasSetBack() {
        for (String agent : List.of("a", "b", "c")) {
            beat(agent, 20 * SECOND);
        }
        long setBack = 3_600 * SECOND;
        restart(at(21 * SECOND) - setBack);
        for (String agent : List.of("a", "b", "c")) {
            var order = order(controller.receive(beatOf(agent, Stage.RUNNING, 30 * SECOND), at(30 * SECOND) - setBack));
            assertThat(order.leaseNanos()).isEqualTo(35 * SECOND);
        }
    }

    @Test
    void shouldTakeReportsInOrderAndOnce() {
        var first = report("a", 0, 5 * SECOND, false);
        var second = report("a", 1, 6 * SECOND, false);
        assertThat(order(controller.receive(second, at(7 * SECOND))).received()).isZero();
        assertThat(order(controller.receive(first, at(7 * SECOND))).received()).isEqualTo(1);
        assertThat(order(controller.receive(first, at(7 * SECOND))).received()).isEqualTo(1);
        assertThat(order(controller.receive(second, at(7 * SECOND))).received()).isEqualTo(2);
        var stranger = report("d", 0, 5 * SECOND, false);
        assertThat(order(controller.receive(stranger, at(7 * SECOND))).received())
                .isZero();
    }

    @Test
    void shouldDivideAtOnceWhatALeavingAgentHas() {
        for (String agent : List.of("a", "b", "c")) {
            beat(agent, 10 * SECOND);
        }
        var order = order(controller.receive(leaving("a", 10_100 * MILLI), at(10_100 * MILLI)));
        var division = divided().orElseThrow();
        assertThat(division.agents()).containsExactly("b", "c");
        assertThat(division.fromNanos()).isLessThanOrEqualTo(15_100 * MILLI);
        // Until then it keeps to its share, and no longer.
        assertThat(order.stop()).isFalse();
        order = order(controller.receive(leaving("a", 15 * SECOND), at(15 * SECOND)));
        assertThat(order.leaseNanos()).isEqualTo(division.fromNanos());
        order = order(controller.receive(leaving("a", division.fromNanos()), at(division.fromNanos())));
        assertThat(order.stop()).isTrue();
    }

    @Test
    void shouldGiveNoLeaseBeyondAShareAfterARestart() {
        for (String agent : List.of("a", "b", "c")) {
            beat(agent, 10 * SECOND);
        }
        order(controller.receive(leaving("a", 10 * SECOND), at(10 * SECOND)));
        restart(at(11 * SECOND));
        var order = order(controller.receive(leaving("a", 11 * SECOND), at(11 * SECOND)));
        assertThat(order.leaseNanos()).isEqualTo(divided().orElseThrow().fromNanos());
    }

    @Test
    void shouldLetTheLastAgentGoAtOnce() {
        beat("a", 10 * SECOND);
        controller.receive(garbage("b"), at(10 * SECOND));
        controller.receive(garbage("c"), at(10 * SECOND));
        var order = order(controller.receive(leaving("a", 10 * SECOND), at(10 * SECOND)));
        assertThat(order.stop()).isTrue();
    }

    @Test
    void shouldDivideWhatOneHadThatEndedBeforeTheOthers() {
        beat("b", 10 * SECOND);
        controller.receive(report("a", 0, 10 * SECOND, true), at(10 * SECOND));
        assertThat(divided().orElseThrow().agents()).containsExactly("b", "c");
        journal.clear();
        controller.receive(report("b", 0, 60 * SECOND + 1, true), at(60 * SECOND));
        assertThat(divided()).isEmpty();
    }

    @Test
    void shouldMissWhatOneHadThatEndedBeforeTheRunWasStopped() {
        beat("b", 10 * SECOND);
        controller.receive(report("a", 0, 10 * SECOND, true), at(10 * SECOND));
        long divided = divided().orElseThrow().fromNanos();
        controller.stop(at(30 * SECOND));
        for (String agent : List.of("b", "c")) {
            controller.receive(report(agent, 0, 30 * SECOND, true), at(31 * SECOND));
        }
        assertThat(controller.result().missing()).anySatisfy(part -> {
            assertThat(part.agent()).isEqualTo("a");
            assertThat(part.span().fromNanos()).isEqualTo(10 * SECOND);
            assertThat(part.span().toNanos()).isEqualTo(divided);
        });
    }

    @Test
    void shouldKnowAfterARestartWhoIsThrough() {
        for (String agent : List.of("a", "b", "c")) {
            controller.receive(report(agent, 0, 60 * SECOND + 1, true), at(60 * SECOND));
        }
        for (String agent : List.of("b", "c")) {
            var beat = new FromAgent.Beat(agent, 1, Stage.FINISHED, "", 0, 0, false, -1, new Workload.Cleaned(3, 1));
            assertThat(order(controller.receive(beat, at(61 * SECOND))).task()).isEqualTo(Order.Task.LEAVE);
        }
        restart(at(62 * SECOND));
        var beat = new FromAgent.Beat("a", 1, Stage.FINISHED, "", 0, 0, false, -1, new Workload.Cleaned(4, 0));
        controller.receive(beat, at(70 * SECOND));
        controller.look(at(70 * SECOND));
        assertThat(controller.isOver()).isTrue();
        assertThat(controller.result().shortOf()).isEmpty();
        assertThat(controller.result().cleaned()).isEqualTo(new Workload.Cleaned(10, 2));
    }

    @Test
    void shouldNotLoseAgentsWhileItStoodStillItself() {
        controller.look(at(10 * SECOND));
        for (String agent : List.of("a", "b", "c")) {
            beat(agent, 10 * SECOND);
        }
        // Stopped for four seconds; what the agents said meanwhile is read afterwards.
        controller.look(at(14 * SECOND));
        for (String agent : List.of("a", "b")) {
            beat(agent, 14 * SECOND);
        }
        for (long run = 14 * SECOND; run <= 17 * SECOND; run += 100 * MILLI) {
            controller.look(at(run));
            beat("a", run);
            beat("b", run);
        }
        assertThat(controller.result().lost())
                .singleElement()
                .satisfies(lost -> assertThat(lost.agent()).isEqualTo("c"));
    }

    @Test
    void shouldKeepWhatIsThereOnceUntilTheOthersAreDone() {
        controller.receive(report("a", 0, 10 * SECOND, true), at(10 * SECOND));
        var failed = new FromAgent.Beat("a", 1, Stage.FAILED, "its bundle ended", 0, 0, false, 0, NOTHING);
        // The first one cannot go on, and what it has set up is in use.
        assertThat(order(controller.receive(failed, at(10 * SECOND))).task()).isEqualTo(Order.Task.RUN);
        for (String agent : List.of("b", "c")) {
            controller.receive(report(agent, 0, 60 * SECOND + 1, true), at(61 * SECOND));
            controller.receive(
                    new FromAgent.Beat(agent, 1, Stage.FINISHED, "", 0, 0, false, 1, NOTHING), at(61 * SECOND));
        }
        var order = order(controller.receive(failed, at(62 * SECOND)));
        assertThat(order.task()).isEqualTo(Order.Task.LEAVE);
        assertThat(order.first()).isTrue();
        assertThat(controller.isOver()).isTrue();
        assertThat(controller.result().invalid(18_000)).anyMatch(line -> line.contains("its bundle ended"));
    }

    @Test
    void shouldGiveEachAgentANumberOfItsOwn() {
        controller = new Coordination(FleetOptions.of(2), plan, Duration.ZERO, Duration.ofSeconds(1));
        controller.begin(SECOND);
        for (String agent : List.of("a", "b")) {
            controller.receive(beatOf(agent, Stage.JOINED, 0), SECOND);
        }
        controller.look(SECOND);
        // The one with number 0 goes, another one comes.
        for (long now = SECOND; now < 4 * SECOND; now += 100 * MILLI) {
            controller.receive(beatOf("b", Stage.JOINED, 0), now);
            controller.receive(beatOf("c", Stage.JOINED, 0), now);
            controller.look(now);
        }
        var b = order(controller.receive(beatOf("b", Stage.JOINED, 0), 4 * SECOND));
        var c = order(controller.receive(beatOf("c", Stage.JOINED, 0), 4 * SECOND));
        assertThat(b.process()).isEqualTo(1);
        assertThat(c.process()).isEqualTo(2);
    }

    private Coordination begun() {
        var made = new Coordination(OPTIONS, plan, Duration.ZERO, Duration.ofSeconds(1));
        controller = made;
        made.begin(ORIGIN - 3 * SECOND);
        for (Stage stage : List.of(Stage.JOINED, Stage.PREPARED)) {
            for (String agent : List.of("a", "b", "c")) {
                made.receive(beatOf(agent, stage, 0), ORIGIN - 2 * SECOND);
            }
            made.look(ORIGIN - 2 * SECOND);
        }
        assertThat(made.originNanos()).hasValue(ORIGIN);
        journal.addAll(made.takeEvents());
        return made;
    }

    private void restart(long nowNanos) {
        controller = new Coordination(OPTIONS, plan, Duration.ZERO, Duration.ofSeconds(1));
        journal.forEach(event -> controller.replay(event, nowNanos));
        controller.begin(nowNanos);
    }

    private static long at(long runNanos) {
        return ORIGIN + runNanos;
    }

    private Order beat(String agent, long runNanos) {
        return order(controller.receive(beatOf(agent, Stage.RUNNING, runNanos), at(runNanos)));
    }

    private static FromAgent.Beat beatOf(String agent, Stage stage, long runNanos) {
        return new FromAgent.Beat(agent, 1, stage, "", runNanos, 0, false, -1, NOTHING);
    }

    private static FromAgent.Beat leaving(String agent, long runNanos) {
        return new FromAgent.Beat(agent, 1, Stage.RUNNING, "", runNanos, 0, true, -1, NOTHING);
    }

    private Order order(List<Coordination.Sent> sent) {
        journal.addAll(controller.takeEvents());
        return sent.getFirst().order();
    }

    private static FromAgent.Report garbage(String agent) {
        return new FromAgent.Report(agent, 0, new byte[] {1, 2, 3}, List.of(), 0, false);
    }

    private static FromAgent.Report report(String agent, long sequence, long toNanos, boolean last) {
        var share = new Share(Math.max(0, List.of("a", "b", "c").indexOf(agent)), 3, 0, 0);
        var delta = new Delta(agent, sequence, toNanos - 1, toNanos, Map.of(), GeneratorHealth.nothing());
        return FromAgent.Report.of(delta, List.of(new Span(share, 0, toNanos)), 0, last);
    }

    private Optional<Event.Divided> divided() {
        journal.addAll(controller.takeEvents());
        return journal.reversed().stream()
                .flatMap(event -> event instanceof Event.Divided division ? Stream.of(division) : Stream.of())
                .findFirst();
    }
}
