package io.flywheel.base.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import io.flywheel.base.Transport.Terms;
import io.flywheel.base.TransportContract;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest extends TransportContract {
    private static final int SEEDS = 30;
    private static final Terms TERMS = new Terms(FLEET, "test", 1, 3);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Override
    protected void inTask(Body body) {
        onNetwork((network, world) -> body.run(world));
    }

    private static void onNetwork(BiConsumer<SimulatedNetwork, World> body) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                var network = new SimulatedNetwork(simulation);
                body.accept(network, new World(simulation.tasks(), network.as(CALLER), network.as(NODE)));
            });
        }
    }

    private static Outcome call(World world) {
        return connect(world).call(new Message(text("x")), ByteBuffer.allocate(0), SECOND);
    }

    @Test
    void shouldNotDoWhatWasLostOnItsWay() {
        onNetwork((network, world) -> {
            var echo = new Echo();
            world.node().serve(TERMS, echo);
            network.faults().loseRequests(1000);
            assertThat(call(world)).isEqualTo(new Outcome.TimedOut());
            assertThat(echo.served()).isZero();
            assertThat(network.faults().lost()).isEqualTo(1);
        });
    }

    @Test
    void shouldHaveDoneWhatItsAnswerWasLostOf() {
        onNetwork((network, world) -> {
            var echo = new Echo();
            world.node().serve(TERMS, echo);
            network.faults().loseReplies(1000);
            assertThat(call(world)).isEqualTo(new Outcome.TimedOut());
            assertThat(echo.served()).isEqualTo(1);
        });
    }

    @Test
    void shouldLetNothingPassBetweenSeparatedNodes() {
        onNetwork((network, world) -> {
            var echo = new Echo();
            world.node().serve(TERMS, echo);
            var connection = connect(world);
            network.faults().separate(NODE, CALLER);
            assertThat(world.caller().connect(NODE, TERMS, Limits.DEFAULT, SECOND))
                    .isInstanceOf(Connected.Unreachable.class);
            assertThat(connection.call(new Message(text("x")), ByteBuffer.allocate(0), SECOND))
                    .isEqualTo(new Outcome.TimedOut());
            assertThat(echo.served()).isZero();
            network.faults().heal();
            assertThat(connection.call(new Message(text("x")), ByteBuffer.allocate(0), SECOND))
                    .isInstanceOf(Outcome.Answered.class);
        });
    }

    @Test
    void shouldTakeLongerWithASlowNode() {
        onNetwork((network, world) -> {
            world.node().serve(TERMS, new Echo());
            var connection = connect(world);
            network.faults().latencyMicros(1000, 1000);
            network.faults().slow(NODE, 400);
            var brief = connection.call(new Message(text("x")), ByteBuffer.allocate(0), Duration.ofMillis(799));
            assertThat(brief).isEqualTo(new Outcome.TimedOut());
            var long1 = connection.call(new Message(text("x")), ByteBuffer.allocate(0), Duration.ofMillis(801));
            assertThat(long1).isInstanceOf(Outcome.Answered.class);
        });
    }

    @Test
    void shouldAnswerNothingMoreAfterACrash() {
        var outcomes = new ArrayList<Outcome>();
        onNetwork((network, world) -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world);
            var call = connection.send(new Message(text("x")), ByteBuffer.allocate(0), SECOND);
            var received = next(service);
            network.crash(NODE);
            received.answer(text("from beyond"));
            outcomes.add(call.await());
            assertThat(call.await().mayHaveHappened()).isTrue();
            world.node().serve(TERMS, new Echo());
            assertThat(connection.call(new Message(text("x")), ByteBuffer.allocate(0), SECOND))
                    .isInstanceOf(Outcome.Unreachable.class);
            assertThat(call(world)).isInstanceOf(Outcome.Answered.class);
        });
        assertThat(outcomes).contains(new Outcome.TimedOut());
        assertThat(outcomes).anyMatch(Outcome.Unreachable.class::isInstance);
    }

    @Test
    void shouldTellTheNodeThatItsCallerIsGone() {
        onNetwork((network, world) -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            connect(world);
            network.crash(CALLER);
            assertThat(service.gone.take()).isPresent();
        });
    }

    @Test
    void shouldLetMessagesOvertakeEachOther() {
        int overtaken = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            overtaken += arrivals(seed).equals(List.of("0", "1", "2", "3")) ? 0 : 1;
        }
        assertThat(overtaken).isPositive();
    }

    @Test
    void shouldReplayFromItsSeed() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertThat(arrivals(seed)).isEqualTo(arrivals(seed));
        }
    }

    private static List<String> arrivals(long seed) {
        var simulation = new Simulation(seed);
        return simulation.run(() -> {
            var network = new SimulatedNetwork(simulation);
            var world = new World(simulation.tasks(), network.as(CALLER), network.as(NODE));
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            network.faults().loseReplies(300);
            var connection = connect(world);
            for (int number = 0; number < 4; number++) {
                connection.send(new Message(text("" + number)), ByteBuffer.allocate(0), SECOND);
            }
            var order = new ArrayList<String>();
            while (order.size() < 4) {
                var received = next(service);
                order.add(text(received.header()));
                received.answer(text("y"));
            }
            return order;
        });
    }
}
