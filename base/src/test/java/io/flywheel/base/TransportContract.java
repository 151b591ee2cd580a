package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Connection;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import io.flywheel.base.Transport.Received;
import io.flywheel.base.Transport.Terms;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What holds of {@link Transport} in every form.
public abstract class TransportContract {
    protected static final NodeId CALLER = new NodeId("caller");
    protected static final NodeId NODE = new NodeId("node");
    protected static final FleetId FLEET = new FleetId(new UUID(1, 2));
    protected static final Duration AGES = Duration.ofMinutes(5);
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Terms TERMS = new Terms(FLEET, "test", 1, 3);

    /// Where a test runs.
    ///
    /// @param caller the transport of {@link #CALLER}
    /// @param node the transport of {@link #NODE}
    public record World(Tasks tasks, Transport caller, Transport node) {}

    protected interface Body {
        void run(World world);
    }

    /// Runs {@code body} where its calls may wait.
    protected abstract void inTask(Body body);

    protected static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    protected static String text(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }

    protected static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text(text));
    }

    /// Keeps what it is asked until a test says what becomes of it.
    public static final class Keeping implements Transport.Service {
        public final Tasks.Queue<Received> calls;
        public final Tasks.Queue<Long> gone;

        public Keeping(Tasks tasks) {
            calls = tasks.queue(100);
            gone = tasks.queue(100);
        }

        @Override
        public void accept(Received call) {
            assertThat(calls.offer(call)).isTrue();
        }

        @Override
        public void disconnected(long connection) {
            assertThat(gone.offer(connection)).isTrue();
        }
    }

    /// Answers each header with itself, and each body with the same bytes.
    public static class Echo implements Transport.Service {
        public Echo() {}

        private final AtomicInteger served = new AtomicInteger();

        public final int served() {
            return served.get();
        }

        @Override
        public void accept(Received call) {
            served.incrementAndGet();
            if (text(call.header()).startsWith("refuse")) {
                call.refuse("no");
                return;
            }
            call.space().put(call.body());
            call.answer(call.header());
        }

        @Override
        public void disconnected(long connection) {}
    }

    protected static Connection connect(Transport from, Limits limits) {
        var connected = from.connect(NODE, TERMS, limits, AGES);
        assertThat(connected).isInstanceOf(Connected.Ok.class);
        return ((Connected.Ok) connected).connection();
    }

    protected static Connection connect(World world) {
        return connect(world.caller(), Limits.DEFAULT);
    }

    protected static Received next(Keeping service) {
        return service.calls.take().orElseThrow();
    }

    @Test
    void shouldBringTheAnswerAndItsBytes() {
        inTask(world -> {
            world.node().serve(TERMS, new Echo());
            var connection = connect(world);
            assertThat(connection.peer()).isEqualTo(NODE);
            var space = ByteBuffer.allocate(100).position(3);
            var outcome = connection.call(new Message(text("hello"), bytes("the body")), space, AGES);
            assertThat(outcome).isInstanceOf(Outcome.Answered.class);
            assertThat(text(((Outcome.Answered) outcome).header())).isEqualTo("hello");
            assertThat(space.flip().position(3)).isEqualTo(bytes("the body"));
        });
    }

    @Test
    void shouldCarryManyCallsWhoseAnswersComeInAnyOrder() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world);
            var calls = new ArrayList<Transport.Call>();
            for (int number = 0; number < 10; number++) {
                calls.add(connection.send(new Message(text("call " + number)), ByteBuffer.allocate(0), AGES));
            }
            var received = new ArrayList<Received>();
            while (received.size() < 10) {
                received.add(next(service));
            }
            received.reversed().forEach(call -> call.answer(call.header()));
            for (int number = 0; number < 10; number++) {
                var outcome = calls.get(number).await();
                assertThat(text(((Outcome.Answered) outcome).header())).isEqualTo("call " + number);
            }
        });
    }

    @Test
    void shouldRefuseAnotherFleet() {
        inTask(world -> {
            world.node().serve(TERMS, new Echo());
            var other = new Terms(new FleetId(new UUID(9, 9)), "test", 1, 3);
            assertThat(world.caller().connect(NODE, other, Limits.DEFAULT, AGES))
                    .isInstanceOf(Connected.Refused.class);
        });
    }

    @Test
    void shouldSpeakTheHighestVersionThatBothKnow() {
        inTask(world -> {
            world.node().serve(TERMS, new Echo());
            assertThat(versionOf(world, 1, 1)).isEqualTo(1);
            assertThat(versionOf(world, 1, 2)).isEqualTo(2);
            assertThat(versionOf(world, 3, 9)).isEqualTo(3);
            assertThat(world.caller().connect(NODE, new Terms(FLEET, "test", 4, 9), Limits.DEFAULT, AGES))
                    .isInstanceOf(Connected.Refused.class);
        });
    }

    private static int versionOf(World world, int min, int max) {
        var connected = world.caller().connect(NODE, new Terms(FLEET, "test", min, max), Limits.DEFAULT, AGES);
        return ((Connected.Ok) connected).connection().version();
    }

    @Test
    void shouldNotReachWhatIsNotServed() {
        inTask(world -> {
            assertThat(world.caller().connect(NODE, TERMS, Limits.DEFAULT, MOMENT))
                    .isInstanceOf(Connected.Unreachable.class);
            var registration = world.node().serve(TERMS, new Echo());
            assertThat(world.caller().connect(NODE, new Terms(FLEET, "another protocol", 1, 1), Limits.DEFAULT, MOMENT))
                    .isInstanceOf(Connected.Unreachable.class);
            var connection = connect(world);
            registration.close();
            var outcome = connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES);
            assertThat(outcome).isInstanceOf(Outcome.Unreachable.class);
            assertThat(outcome.mayHaveHappened()).isFalse();
            world.node().serve(TERMS, new Echo());
            assertThat(connect(world).call(new Message(text("x")), ByteBuffer.allocate(0), AGES))
                    .isInstanceOf(Outcome.Answered.class);
        });
    }

    @Test
    void shouldNotReachAnybodyOverAClosedConnection() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world);
            connection.close();
            connection.close();
            assertThat(service.gone.take()).isPresent();
            assertThat(connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES))
                    .isInstanceOf(Outcome.Unreachable.class);
        });
    }

    @Test
    void shouldTimeOutWhenNoAnswerComes() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var call = connect(world).send(new Message(text("x")), ByteBuffer.allocate(0), MOMENT);
            var received = next(service);
            assertThat(call.await()).isEqualTo(new Outcome.TimedOut());
            assertThat(call.await().mayHaveHappened()).isTrue();
            assertThat(received.isWanted()).isFalse();
            received.answer(text("late"));
            call.awaitRelease();
            assertThat(call.await()).isEqualTo(new Outcome.TimedOut());
        });
    }

    @Test
    void shouldKeepTheBuffersOfACallThatIsServedUntilTheyAreReleased() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var space = ByteBuffer.allocate(4);
            var call = connect(world).send(new Message(text("x")), space, MOMENT);
            var received = next(service);
            assertThat(call.await()).isEqualTo(new Outcome.TimedOut());
            received.space().put(bytes("late"));
            received.answer(text("late"));
            call.awaitRelease();
            // Whoever has the buffers back may use them again: nobody writes to them any more.
            space.clear().put(bytes("mine"));
            world.tasks().yieldNow();
            assertThat(space.flip()).isEqualTo(bytes("mine"));
        });
    }

    @Test
    void shouldEndACallThatIsGivenUp() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var call = connect(world).send(new Message(text("x")), ByteBuffer.allocate(0), AGES);
            var received = next(service);
            assertThat(received.isWanted()).isTrue();
            call.cancel();
            assertThat(call.await()).isEqualTo(new Outcome.Cancelled());
            assertThat(received.isWanted()).isFalse();
            received.answer(text("late"));
            call.awaitRelease();
        });
    }

    @Test
    void shouldGiveUpTheCallOfATaskThatIsCancelled() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world);
            var task = world.tasks()
                    .start("waits", () -> connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES));
            var received = next(service);
            task.cancel();
            while (received.isWanted()) {
                world.tasks().yieldNow();
            }
            received.answer(text("late"));
            task.join();
        });
    }

    @Test
    void shouldSayWhatWasRefused() {
        inTask(world -> {
            world.node().serve(TERMS, new Echo());
            var outcome = connect(world).call(new Message(text("refuse")), ByteBuffer.allocate(0), AGES);
            assertThat(outcome).isEqualTo(new Outcome.Refused("no"));
            assertThat(outcome.mayHaveHappened()).isFalse();
        });
    }

    @Test
    void shouldLetCallsWaitForRoom() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world.caller(), new Limits(2, 1 << 20));
            var outcomes = world.tasks().<Outcome>queue(10);
            for (int number = 0; number < 6; number++) {
                world.tasks()
                        .start(
                                "caller " + number,
                                () -> outcomes.put(
                                        connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES)));
            }
            for (int number = 0; number < 6; number++) {
                var received = next(service);
                // The third call is not there before one of the first two is answered.
                if (number % 2 == 0) {
                    var second = next(service);
                    assertThat(service.calls.poll()).isEmpty();
                    second.answer(text("y"));
                    number++;
                }
                received.answer(text("y"));
            }
            for (int number = 0; number < 6; number++) {
                assertThat(outcomes.take().orElseThrow()).isInstanceOf(Outcome.Answered.class);
            }
        });
    }

    @Test
    void shouldRefuseACallForWhichThereWasNoRoomInItsTime() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var connection = connect(world.caller(), new Limits(10, 100));
            var first = connection.send(new Message(text("x"), ByteBuffer.allocate(60)), ByteBuffer.allocate(20), AGES);
            var second = connection.send(new Message(text("x")), ByteBuffer.allocate(21), MOMENT);
            assertThat(second.await()).isInstanceOf(Outcome.Refused.class);
            next(service).answer(text("y"));
            assertThat(first.await()).isInstanceOf(Outcome.Answered.class);
            first.awaitRelease();
            var large =
                    connection.send(new Message(text("x"), ByteBuffer.allocate(1000)), ByteBuffer.allocate(0), AGES);
            next(service).answer(text("y"));
            assertThat(large.await()).isInstanceOf(Outcome.Answered.class);
        });
    }

    @Test
    void shouldTellWhenACallIsDone() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(TERMS, service);
            var call = connect(world).send(new Message(text("x")), ByteBuffer.allocate(0), AGES);
            var told = world.tasks().<String>queue(10);
            call.onDone(() -> told.offer("done"));
            assertThat(told.size()).isZero();
            assertThat(call.isDone()).isFalse();
            next(service).answer(text("y"));
            assertThat(told.take()).contains("done");
            assertThat(call.isDone()).isTrue();
            call.onReleased(() -> told.offer("released"));
            assertThat(told.take()).contains("released");
        });
    }

    @Test
    void shouldCarryTheCallsOfManyTasks() {
        inTask(world -> {
            var echo = new Echo();
            world.node().serve(TERMS, echo);
            var connection = connect(world.caller(), new Limits(3, 100));
            List<Tasks.Task> tasks = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                int length = number * 20;
                tasks.add(world.tasks().start("caller " + number, () -> {
                    for (int round = 0; round < 5; round++) {
                        var space = ByteBuffer.allocate(length);
                        var body = ByteBuffer.allocate(length)
                                .put(bytes("some bytes ".repeat(20)).limit(length));
                        var outcome = connection.call(new Message(text("x"), body.flip()), space, AGES);
                        assertThat(outcome).isInstanceOf(Outcome.Answered.class);
                        assertThat(space.flip()).isEqualTo(body.position(0));
                    }
                }));
            }
            tasks.forEach(Tasks.Task::join);
            assertThat(echo.served()).isEqualTo(40);
        });
    }
}
