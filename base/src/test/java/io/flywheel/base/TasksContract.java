package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What holds of {@link Tasks} in every form.
public abstract class TasksContract {
    private static final Duration AGES = Duration.ofMinutes(5);
    private static final Duration MOMENT = Duration.ofMillis(5);

    protected interface Body {
        void run(Tasks tasks) throws Exception;
    }

    /// Runs {@code body} where its calls may wait.
    protected abstract void inTask(Body body);

    @Test
    void shouldWaitForTheEndWhenJoined() {
        inTask(tasks -> {
            var ran = new AtomicInteger();
            var task = tasks.start("adds", ran::incrementAndGet);
            task.join();
            assertThat(ran).hasValue(1);
            assertThat(task.isDone()).isTrue();
        });
    }

    @Test
    void shouldThrowWhatTheTaskThrewWhenJoined() {
        inTask(tasks -> {
            var task = tasks.start("fails", () -> {
                throw new IllegalArgumentException("on purpose");
            });
            assertThatThrownBy(task::join)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("on purpose");
        });
    }

    @Test
    void shouldExcludeOthersWhileAMutexIsHeld() {
        inTask(tasks -> {
            var mutex = tasks.mutex();
            int[] counter = {0};
            var started = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 4; i++) {
                started.add(tasks.start("counts", () -> {
                    for (int n = 0; n < 25; n++) {
                        mutex.lock();
                        mutex.lock();
                        int seen = counter[0];
                        tasks.yieldNow();
                        counter[0] = seen + 1;
                        mutex.unlock();
                        mutex.unlock();
                    }
                }));
            }
            started.forEach(Tasks.Task::join);
            assertThat(counter[0]).isEqualTo(100);
        });
    }

    @Test
    void shouldWakeEveryWaiterWhenSignalled() {
        inTask(tasks -> {
            var mutex = tasks.mutex();
            var condition = mutex.condition();
            boolean[] open = {false};
            var started = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 3; i++) {
                started.add(tasks.start("waits", () -> {
                    mutex.lock();
                    try {
                        while (!open[0]) {
                            condition.await();
                        }
                    } finally {
                        mutex.unlock();
                    }
                }));
            }
            tasks.sleep(MOMENT);
            mutex.lock();
            open[0] = true;
            condition.signalAll();
            mutex.unlock();
            started.forEach(Tasks.Task::join);
        });
    }

    @Test
    void shouldSayThatTimePassedWhenNobodySignals() {
        inTask(tasks -> {
            var mutex = tasks.mutex();
            var condition = mutex.condition();
            mutex.lock();
            try {
                assertThat(condition.await(MOMENT)).isFalse();
            } finally {
                mutex.unlock();
            }
            assertThat(tasks.promise().await(MOMENT)).isEmpty();
            assertThat(tasks.queue(1).take(MOMENT)).isEmpty();
        });
    }

    @Test
    void shouldGiveThePromisedValueWhenItComes() {
        inTask(tasks -> {
            Tasks.Promise<String> promise = tasks.promise();
            var seen = new ArrayList<String>();
            promise.onDone(() -> seen.add("first"));
            promise.onDone(() -> seen.add("second"));
            var task = tasks.start("completes", () -> {
                tasks.sleep(MOMENT);
                promise.complete("value");
            });
            assertThat(promise.await()).isEqualTo("value");
            task.join();
            promise.onDone(() -> seen.add("third"));
            assertThat(seen).containsExactly("first", "second", "third");
            assertThat(promise.complete("other")).isFalse();
            assertThat(promise.await(AGES)).contains("value");
        });
    }

    @Test
    void shouldThrowTheCauseWrappedWhenAPromiseFailed() {
        inTask(tasks -> {
            Tasks.Promise<String> promise = tasks.promise();
            promise.fail(new IOException("gone"));
            assertThatThrownBy(promise::await)
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(IOException.class);
        });
    }

    @Test
    void shouldKeepOrderAndBoundWhenElementsAreQueued() {
        inTask(tasks -> {
            Tasks.Queue<Integer> queue = tasks.queue(2);
            var producer = tasks.start("produces", () -> {
                for (int i = 0; i < 20; i++) {
                    assertThat(queue.put(i)).isTrue();
                }
                queue.close();
            });
            var taken = new ArrayList<Integer>();
            for (Optional<Integer> next = queue.take(); next.isPresent(); next = queue.take()) {
                assertThat(queue.size()).isLessThanOrEqualTo(2);
                taken.add(next.get());
            }
            producer.join();
            assertThat(taken)
                    .isEqualTo(java.util.stream.IntStream.range(0, 20).boxed().toList());
            assertThat(queue.put(20)).isFalse();
            assertThat(queue.offer(20)).isFalse();
            assertThat(queue.poll()).isEmpty();
        });
    }

    @Test
    void shouldRefuseAnOfferWhenTheQueueIsFull() {
        inTask(tasks -> {
            Tasks.Queue<String> queue = tasks.queue(1);
            assertThat(queue.offer("a")).isTrue();
            assertThat(queue.offer("b")).isFalse();
            assertThat(queue.poll()).contains("a");
        });
    }

    @Test
    void shouldThrowCancelledOnceOutOfTheCallThatWaitsWhenCancelled() {
        inTask(tasks -> {
            for (var wait : List.<Runnable>of(
                    () -> tasks.sleep(AGES),
                    () -> tasks.promise().await(),
                    () -> tasks.queue(1).take(),
                    () -> tasks.queue(1).take(AGES))) {
                var seen = new AtomicReference<String>("nothing");
                var task = tasks.start("waits", () -> {
                    try {
                        wait.run();
                    } catch (Tasks.Cancelled e) {
                        tasks.sleep(MOMENT);
                        seen.set("cancelled, then slept");
                        throw e;
                    }
                });
                tasks.sleep(MOMENT);
                task.cancel();
                task.join();
                assertThat(seen).hasValue("cancelled, then slept");
            }
        });
    }

    @Test
    void shouldThrowCancelledOutOfTheNextWaitWhenCancelledWhileItRan() {
        inTask(tasks -> {
            Tasks.Promise<Boolean> go = tasks.promise();
            var reached = new AtomicReference<String>("start");
            var task = tasks.start("busy", () -> {
                tasks.blocking(tasks.pool("slow", 1), () -> go.await());
                reached.set("blocking call done");
                tasks.sleep(AGES);
                reached.set("slept");
            });
            task.cancel();
            go.complete(true);
            task.join();
            assertThat(reached.get()).isIn("start", "blocking call done");
        });
    }

    @Test
    void shouldRunOffTheCallersThreadAndHandExceptionsBackWhenBlocking() {
        inTask(tasks -> {
            try (var pool = tasks.pool("files", 1)) {
                assertThat(tasks.blocking(pool, () -> 42)).isEqualTo(42);
                assertThatThrownBy(() -> tasks.blocking(pool, () -> {
                            throw new IOException("broken");
                        }))
                        .isInstanceOf(UncheckedIOException.class);
                assertThatThrownBy(() -> tasks.blocking(pool, () -> {
                            throw new IllegalArgumentException("wrong");
                        }))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        });
    }
}
