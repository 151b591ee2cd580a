package io.flywheel.base.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Tasks;
import io.flywheel.base.TasksContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedTasksTest extends TasksContract {
    private static final List<Schedule> SCHEDULES = List.of(
            new Schedule.Uniform(), new Schedule.Seldom(4), new Schedule.InTurn(), new Schedule.Priorities(3, 100));

    @Override
    protected void inTask(Body body) {
        for (var schedule : SCHEDULES) {
            for (long seed = 1; seed <= 20; seed++) {
                var simulation = new Simulation(seed, schedule);
                simulation.run(() -> {
                    body.run(simulation.tasks());
                    return true;
                });
            }
        }
    }

    @Test
    void shouldReplayEverySchedule() {
        for (var schedule : SCHEDULES) {
            assertThat(history(new Simulation(3, schedule))).isEqualTo(history(new Simulation(3, schedule)));
        }
    }

    @Test
    void shouldGoOnWithOneTaskUntilItWaitsWhenTheyTakeTurns() {
        var events = new ArrayList<String>();
        var simulation = new Simulation(1, new Schedule.InTurn());
        simulation.run(() -> {
            var other = simulation.tasks().start("other", () -> events.add("other"));
            simulation.tasks().yieldNow();
            events.add("main");
            other.join();
        });
        assertThat(events).containsExactly("main", "other");
    }

    @Test
    void shouldFindARareOrderByPriorities() {
        int found = 0;
        for (long seed = 1; seed <= 100; seed++) {
            var simulation = new Simulation(seed, new Schedule.Priorities(1, 60));
            var steps = new int[1];
            var seen = new int[1];
            simulation.run(() -> {
                var slow = simulation.tasks().start("slow", () -> {
                    for (int step = 0; step < 40; step++) {
                        steps[0]++;
                        simulation.tasks().yieldNow();
                    }
                });
                var quick = simulation.tasks().start("quick", () -> seen[0] = steps[0]);
                slow.join();
                quick.join();
            });
            found += seen[0] > 0 && seen[0] < 40 ? 1 : 0;
        }
        assertThat(found)
                .as("runs in which the quick task ran in the middle of the slow one")
                .isGreaterThan(10);
    }

    @Test
    void shouldSayThatTasksRunForEver() {
        var simulation = new Simulation(1);
        simulation.limitPoints(1_000);
        assertThatThrownBy(() -> simulation.run(() -> {
                    while (true) {
                        simulation.tasks().yieldNow();
                    }
                }))
                .isInstanceOf(Simulation.Livelock.class);
    }

    /// Some tasks that contend, sleep and talk; what they did in which order.
    private static List<String> history(Simulation simulation) {
        var events = new ArrayList<String>();
        var tasks = simulation.tasks();
        simulation.run(() -> {
            var mutex = tasks.mutex();
            Tasks.Queue<String> queue = tasks.queue(2);
            var started = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 5; i++) {
                String name = "task" + i;
                started.add(tasks.start(name, () -> {
                    for (int n = 0; n < 5; n++) {
                        mutex.lock();
                        events.add(name);
                        mutex.unlock();
                        tasks.sleep(Duration.ofMillis(simulation.random().nextInt(3)));
                        queue.put(name);
                    }
                }));
            }
            for (int i = 0; i < 25; i++) {
                events.add("took " + queue.take().orElseThrow());
            }
            started.forEach(Tasks.Task::join);
        });
        return events;
    }

    @Test
    void shouldReplayIdenticallyWhenTheSeedIsTheSame() {
        var traces = new HashSet<Long>();
        for (long seed = 1; seed <= 20; seed++) {
            var first = new Simulation(seed);
            var second = new Simulation(seed);
            assertThat(history(first)).isEqualTo(history(second));
            assertThat(first.trace()).isEqualTo(second.trace());
            traces.add(first.trace());
        }
        assertThat(traces).as("different seeds give different orders").hasSize(20);
    }

    @Test
    void shouldNameTheWaitingTasksWhenNothingCanRun() {
        var simulation = new Simulation(7);
        var tasks = simulation.tasks();
        assertThatThrownBy(() -> simulation.run(() -> {
                    tasks.start("starved", () -> tasks.queue(1).take());
                    tasks.promise().await();
                }))
                .isInstanceOf(Simulation.Deadlock.class)
                .hasMessageContaining("starved waits for an element of a queue")
                .hasMessageContaining("main waits for a promise")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("replay with seed 7L"));
    }

    @Test
    void shouldJumpToTheNextTimerWhenEveryTaskWaits() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            long before = simulation.clock().monotonicNanos();
            simulation.tasks().sleep(Duration.ofDays(30));
            assertThat(simulation.clock().monotonicNanos() - before)
                    .isEqualTo(Duration.ofDays(30).toNanos());
        });
    }

    @Test
    void shouldFindALostUpdateWhenOrdersAreTriedOut() {
        var results = new HashSet<Integer>();
        for (long seed = 0; seed < 100; seed++) {
            var simulation = new Simulation(seed);
            int[] counter = {0};
            Runnable racy = () -> {
                int seen = counter[0];
                simulation.tasks().yieldNow();
                counter[0] = seen + 1;
            };
            simulation.run(() -> {
                var one = simulation.tasks().start("one", racy);
                var two = simulation.tasks().start("two", racy);
                one.join();
                two.join();
            });
            results.add(counter[0]);
        }
        assertThat(results).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void shouldFailTheRunWhenATaskFailedThatNobodyJoined() {
        var simulation = new Simulation(3);
        assertThatThrownBy(() -> simulation.run(() -> {
                    simulation.tasks().start("fails", () -> {
                        throw new IllegalArgumentException("unseen");
                    });
                    simulation.tasks().sleep(Duration.ofSeconds(1));
                }))
                .hasMessage("unseen");
    }

    @Test
    void shouldStopEveryTaskAtOnceWhenTheRunCrashes() {
        for (long seed = 0; seed < 50; seed++) {
            var simulation = new Simulation(seed);
            var tasks = simulation.tasks();
            var events = new ArrayList<String>();
            var result = simulation.runUntilCrash(() -> {
                tasks.start("works", () -> {
                    try {
                        tasks.sleep(Duration.ofSeconds(2));
                        events.add("worked");
                    } finally {
                        tasks.yieldNow();
                        events.add("cleaned up");
                    }
                });
                tasks.sleep(Duration.ofSeconds(1));
                throw simulation.crash();
            });
            assertThat(result).isEmpty();
            assertThat(events).isEmpty();
            assertThat(simulation.run(() -> "next life")).isEqualTo("next life");
        }
    }
}
