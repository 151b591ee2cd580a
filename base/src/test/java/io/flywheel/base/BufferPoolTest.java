package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.simulated.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    @Test
    void shouldGiveAlignedBuffersOfItsSizeWhenAsked() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var pool = new BufferPool(simulation.tasks(), BufferPool.PIECE_BYTES, 2);
            var buffer = pool.tryAcquire().orElseThrow();
            assertThat(buffer.bytes().capacity()).isEqualTo(BufferPool.PIECE_BYTES);
            assertThat(buffer.bytes().isDirect()).isTrue();
            assertThat(buffer.bytes().alignmentOffset(0, 4096)).isZero();
        });
    }

    @Test
    void shouldNeverGiveMoreThanItsBoundWhenManyWant() {
        for (long seed = 1; seed <= 30; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            simulation.run(() -> {
                var pool = new BufferPool(tasks, 4096, 3);
                int[] out = {0};
                var started = new ArrayList<Tasks.Task>();
                for (int i = 0; i < 8; i++) {
                    started.add(tasks.start("holder", () -> {
                        var buffer = pool.acquire(Duration.ofHours(1)).orElseThrow();
                        out[0]++;
                        assertThat(out[0]).isLessThanOrEqualTo(3);
                        tasks.sleep(Duration.ofMillis(10));
                        out[0]--;
                        buffer.release();
                    }));
                }
                started.forEach(Tasks.Task::join);
                assertThat(pool.available()).isEqualTo(3);
            });
        }
    }

    @Test
    void shouldComeBackEmptyWhenNoneIsReleasedInTime() {
        var simulation = new Simulation(2);
        simulation.run(() -> {
            var pool = new BufferPool(simulation.tasks(), 4096, 1);
            var buffer = pool.tryAcquire().orElseThrow();
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(pool.acquire(Duration.ofSeconds(1))).isEmpty();
            buffer.release();
            assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
        });
    }

    @Test
    void shouldServeThoseWhoWaitInTurn() {
        for (long seed = 1; seed <= 30; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            var served = new ArrayList<Integer>();
            simulation.run(() -> {
                var pool = new BufferPool(tasks, 4096, 1);
                var first = pool.tryAcquire().orElseThrow();
                var waiters = new ArrayList<Tasks.Task>();
                for (int i = 0; i < 5; i++) {
                    int waiter = i;
                    waiters.add(tasks.start("waiter", () -> {
                        var buffer = pool.acquire(Duration.ofHours(1)).orElseThrow();
                        served.add(waiter);
                        tasks.sleep(Duration.ofMillis(1));
                        buffer.release();
                    }));
                    tasks.sleep(Duration.ofMillis(1));
                }
                first.release();
                waiters.forEach(Tasks.Task::join);
                assertThat(pool.available()).isEqualTo(1);
            });
            assertThat(served).as("seed %d", seed).containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void shouldWaitNoLongerThanItsTimeWhileOthersAreServed() {
        for (long seed = 1; seed <= 30; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            simulation.run(() -> {
                var pool = new BufferPool(tasks, 4096, 1);
                var holders = new ArrayList<Tasks.Task>();
                for (int i = 0; i < 6; i++) {
                    holders.add(tasks.start("holder", () -> {
                        var buffer = pool.acquire(Duration.ofHours(1)).orElseThrow();
                        tasks.sleep(Duration.ofSeconds(1));
                        buffer.release();
                    }));
                }
                long begin = simulation.clock().unixMillis();
                tasks.sleep(Duration.ofMillis(500));
                assertThat(pool.acquire(Duration.ofSeconds(3))).isEmpty();
                assertThat(simulation.clock().unixMillis() - begin).isEqualTo(3500);
                holders.forEach(Tasks.Task::join);
                assertThat(pool.available()).isEqualTo(1);
            });
        }
    }

    @Test
    void shouldLoseNoBufferWhenAWaiterIsCancelled() {
        for (long seed = 1; seed <= 100; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            simulation.run(() -> {
                var pool = new BufferPool(tasks, 4096, 1);
                var first = pool.tryAcquire().orElseThrow();
                var waiter = tasks.start("waiter", () -> {
                    var buffer = pool.acquire(Duration.ofHours(1)).orElseThrow();
                    buffer.release();
                });
                var canceller = tasks.start("canceller", waiter::cancel);
                first.release();
                waiter.join();
                canceller.join();
                assertThat(pool.available()).isEqualTo(1);
            });
        }
    }

    @Test
    void shouldGiveSeveralTogetherWhenOthersWantSeveralToo() {
        for (long seed = 1; seed <= 100; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            simulation.run(() -> {
                var pool = new BufferPool(tasks, 4096, 5);
                int[] out = {0};
                var started = new ArrayList<Tasks.Task>();
                for (int i = 0; i < 8; i++) {
                    int count = 1 + i % 4;
                    started.add(tasks.start("holder", () -> {
                        var buffers =
                                pool.acquireAll(count, Duration.ofHours(1)).orElseThrow();
                        assertThat(buffers).hasSize(count);
                        out[0] += count;
                        assertThat(out[0]).isLessThanOrEqualTo(5);
                        tasks.sleep(Duration.ofMillis(10));
                        out[0] -= count;
                        buffers.forEach(BufferPool.Buffer::release);
                    }));
                }
                started.forEach(Tasks.Task::join);
                assertThat(pool.available()).isEqualTo(5);
            });
        }
    }

    @Test
    void shouldServeThoseBehindWhenOneWhoWantsManyGivesUp() {
        var simulation = new Simulation(4);
        var tasks = simulation.tasks();
        simulation.run(() -> {
            var pool = new BufferPool(tasks, 4096, 2);
            var held = pool.acquire(Duration.ofSeconds(1)).orElseThrow();
            var many = tasks.start(
                    "many",
                    () -> assertThat(pool.acquireAll(2, Duration.ofSeconds(1))).isEmpty());
            tasks.sleep(Duration.ofMillis(1));
            assertThat(pool.tryAcquire()).as("who waits comes first").isEmpty();
            var one = pool.acquire(Duration.ofSeconds(10)).orElseThrow();
            many.join();
            one.release();
            held.release();
            assertThat(pool.available()).isEqualTo(2);
        });
    }
}
