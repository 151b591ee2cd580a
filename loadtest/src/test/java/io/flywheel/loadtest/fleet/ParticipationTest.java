package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.schedule.Share;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What an agent makes of orders that are lost, late, doubled, or of a controller that lives no more.
final class ParticipationTest {
    private static final long SECOND = 1_000_000_000;
    private static final Share HALF = new Share(0, 2, 0, 0);
    private static final Share WHOLE = new Share(0, 1, 9 * SECOND, 1);

    private final Participation agent = new Participation("a", FleetOptions.of(2), 0);

    @Test
    void shouldObeyTheLatestOrderOfTheLatestController() {
        run(2);
        assertThat(agent.receive(order(2, 100, Order.Task.RUN, List.of(HALF), 6, 0, false), SECOND))
                .containsExactly(new Action.Extend(6 * SECOND));
        // Those of the controller's life before, however late they were sent, and older ones of this life.
        for (var order : List.of(
                order(1, 999, Order.Task.RUN, List.of(HALF, WHOLE), 20, 0, false),
                order(1, 999, Order.Task.RUN, List.of(HALF), 6, 0, true),
                order(1, 999, Order.Task.LEAVE, List.of(), 0, 0, true),
                order(2, 100, Order.Task.LEAVE, List.of(), 0, 0, true),
                order(2, 99, Order.Task.LEAVE, List.of(), 0, 0, true))) {
            assertThat(agent.receive(order, SECOND)).isEmpty();
        }
        assertThat(agent.receive(order(3, 0, Order.Task.RUN, List.of(HALF, WHOLE), 8, 0, false), SECOND))
                .containsExactly(new Action.Divide(WHOLE), new Action.Extend(8 * SECOND));
        assertThat(agent.receive(order(3, 1, Order.Task.RUN, List.of(HALF, WHOLE), 8, 0, true), SECOND))
                .containsExactly(new Action.Stop());
    }

    @Test
    void shouldSendAgainWhatAnotherControllerMayNotHave() {
        run(1);
        agent.report(report(0));
        assertThat(reports(SECOND)).containsExactly(0L);
        assertThat(reports(SECOND)).isEmpty();
        agent.receive(order(2, 0, Order.Task.RUN, List.of(HALF), 6, 0, false), SECOND);
        assertThat(reports(SECOND)).containsExactly(0L);
        agent.receive(order(2, 1, Order.Task.RUN, List.of(HALF), 6, 1, false), SECOND);
        assertThat(agent.unreceived()).isZero();
    }

    @Test
    void shouldStartByTheClockOfTheControllerThatSaysSo() {
        learn(1, 0);
        agent.prepared();
        // Another life of the controller, whose clock is an hour ahead of the one before.
        long hour = 3_600 * SECOND;
        var early = new Order(2, 0, 0, hour, Order.Task.RUN, false, 0, hour + SECOND, List.of(HALF), SECOND, 0, false);
        assertThat(agent.receive(early, 1_000)).isEmpty();
        learn(2, hour);
        var actions = agent.receive(
                new Order(2, 50, 0, hour, Order.Task.RUN, false, 0, hour + SECOND, List.of(HALF), SECOND, 0, false),
                1_000);
        assertThat(actions)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        Action.Start.class,
                        start -> assertThat(start.originNanos()).isBetween(SECOND - 1_000, SECOND + 1_000));
    }

    @Test
    void shouldGoByItselfWhenNobodyTakesItsShare() {
        run(1);
        agent.leave(2 * SECOND);
        assertThat(agent.due(2 * SECOND))
                .first()
                .isInstanceOfSatisfying(
                        FromAgent.Beat.class, beat -> assertThat(beat.leaving()).isTrue());
        assertThat(agent.look(11 * SECOND)).isEmpty();
        assertThat(agent.look(12 * SECOND)).containsExactly(new Action.Stop());
    }

    @Test
    void shouldGoBeforeTheStartAndSaySo() {
        agent.leave(SECOND);
        assertThat(agent.look(SECOND)).containsExactly(new Action.Leave(true));
        assertThat(agent.due(SECOND)).hasSize(1);
    }

    @Test
    void shouldSayWhatItCleanedUp() {
        run(1);
        agent.finished("", new Workload.Cleaned(7, 1), false);
        assertThat(agent.due(5 * SECOND)).first().isInstanceOfSatisfying(FromAgent.Beat.class, beat -> {
            assertThat(beat.stage()).isEqualTo(Stage.FINISHED);
            assertThat(beat.cleaned()).isEqualTo(new Workload.Cleaned(7, 1));
        });
    }

    private void run(long term) {
        learn(term, 0);
        agent.prepared();
        assertThat(agent.receive(order(term, 20, Order.Task.RUN, List.of(HALF), 5, 0, false), SECOND))
                .containsExactly(new Action.Start(0, HALF, 5 * SECOND));
    }

    private void learn(long term, long controllerNanos) {
        for (int i = 0; i < ClockOffset.SAMPLES_WANTED; i++) {
            agent.receive(
                    new Order(
                            term,
                            i + 1,
                            100,
                            controllerNanos + 100,
                            Order.Task.PREPARE,
                            false,
                            0,
                            0,
                            List.of(),
                            0,
                            0,
                            false),
                    100);
        }
    }

    private static Order order(
            long term,
            long number,
            Order.Task task,
            List<Share> shares,
            long leaseSeconds,
            long received,
            boolean stop) {
        return new Order(term, number, 0, 0, task, false, 0, 0, shares, leaseSeconds * SECOND, received, stop);
    }

    private static FromAgent.Report report(long sequence) {
        var delta = new Delta("a", sequence, 0, SECOND, Map.of(), GeneratorHealth.nothing());
        return FromAgent.Report.of(delta, List.of(), 0, false);
    }

    private List<Long> reports(long nowNanos) {
        return agent.due(nowNanos).stream()
                .flatMap(message ->
                        message instanceof FromAgent.Report report ? Stream.of(report.sequence()) : Stream.of())
                .toList();
    }
}
