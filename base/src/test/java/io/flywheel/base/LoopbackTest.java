package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Received;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LoopbackTest extends TransportContract {
    @Override
    protected void inTask(Body body) {
        var tasks = new ThreadTasks();
        var loopback = new Loopback(tasks, new SystemClock());
        body.run(new World(tasks, loopback.as(CALLER), loopback.as(NODE)));
    }

    @Test
    void shouldHandTheBuffersOverByReference() {
        inTask(world -> {
            var service = new Keeping(world.tasks());
            world.node().serve(new Transport.Terms(FLEET, "test", 1, 3), service);
            var body = ByteBuffer.allocateDirect(10);
            var space = ByteBuffer.allocateDirect(10);
            var call = connect(world).send(new Message(text("x"), body), space, AGES);
            var received = next(service);
            assertThat(received.body()).isSameAs(body);
            assertThat(received.space()).isSameAs(space);
            received.answer(text("y"));
            call.awaitRelease();
        });
    }

    @Test
    void shouldServeWhoWaitsOnItsOwnTask() {
        inTask(world -> {
            var servedOn = new Thread[1];
            var waits = new boolean[1];
            world.node().serve(new Transport.Terms(FLEET, "test", 1, 3), new Echo() {
                @Override
                public void accept(Received call) {
                    servedOn[0] = Thread.currentThread();
                    waits[0] = call.callerWaits();
                    super.accept(call);
                }
            });
            var connection = connect(world);
            connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES);
            assertThat(servedOn[0]).isSameAs(Thread.currentThread());
            assertThat(waits[0]).isTrue();
            connection
                    .send(new Message(text("x")), ByteBuffer.allocate(0), AGES)
                    .await();
            assertThat(waits[0]).isFalse();
        });
    }

    @Test
    void shouldGiveTheRoomBackWhenTheServiceFails() {
        inTask(world -> {
            world.node().serve(new Transport.Terms(FLEET, "test", 1, 3), new Echo() {
                @Override
                public void accept(Received call) {
                    throw new IllegalStateException("a bug");
                }
            });
            var connection = connect(world.caller(), new Limits(1, 100));
            for (int round = 0; round < 3; round++) {
                assertThatThrownBy(() -> connection.call(new Message(text("x")), ByteBuffer.allocate(0), AGES))
                        .hasMessage("a bug");
            }
        });
    }

    @Test
    void shouldOfferWhatTheServiceLetsItsOwnProcessUse() {
        inTask(world -> {
            var registration = world.node().serve(new Transport.Terms(FLEET, "test", 1, 3), new Echo() {
                @Override
                public <T> Optional<T> local(Class<T> capability) {
                    return capability == String.class ? Optional.of(capability.cast("mine")) : Optional.empty();
                }
            });
            var connection = connect(world);
            assertThat(connection.local(String.class)).contains("mine");
            assertThat(connection.local(Integer.class)).isEmpty();
            registration.close();
            assertThat(connection.local(String.class)).isEmpty();
        });
    }
}
