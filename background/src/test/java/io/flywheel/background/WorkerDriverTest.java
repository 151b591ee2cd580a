package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WorkerDriverTest {
    private record TestWorker(String name, Supplier<Step> body) implements Worker {
        @Override
        public Step step() {
            return body.get();
        }
    }

    @Test
    void shouldTakeAtMostItsShareOfTheTimeWhenAllWorkersAreBusy() {
        World.forSeeds(10, simulation -> {
            long[] workedNanos = {0};
            int[] active = {0};
            Supplier<Worker.Step> work = () -> {
                assertThat(++active[0]).as("one step at a time").isEqualTo(1);
                var time = Duration.ofMillis(1 + simulation.random().nextInt(20));
                simulation.tasks().sleep(time);
                workedNanos[0] += time.toNanos();
                active[0]--;
                return new Worker.Step.Busy();
            };
            try (var _ = WorkerDriver.start(
                    simulation.tasks(),
                    simulation.clock(),
                    0.25,
                    List.of(new TestWorker("a", work), new TestWorker("b", work)))) {
                simulation.tasks().sleep(Duration.ofSeconds(20));
            }
            assertThat(workedNanos[0])
                    .isBetween(
                            Duration.ofMillis(4_700).toNanos(),
                            Duration.ofMillis(5_300).toNanos());
        });
    }

    @Test
    void shouldAskAgainOnlyAfterTheDelayWhenThrottled() {
        World.forSeeds(3, simulation -> {
            var times = new ArrayList<Long>();
            var worker = new TestWorker("rare", () -> {
                times.add(simulation.clock().monotonicNanos());
                return new Worker.Step.Throttled(Duration.ofMinutes(1));
            });
            var idle = new TestWorker("idle", Worker.Step.Idle::new);
            try (var _ = WorkerDriver.start(simulation.tasks(), simulation.clock(), 1, List.of(worker, idle))) {
                simulation.tasks().sleep(Duration.ofSeconds(150));
            }
            assertThat(times).hasSize(3);
            assertThat(times.get(1) - times.get(0))
                    .isGreaterThanOrEqualTo(Duration.ofMinutes(1).toNanos());
        });
    }

    @Test
    void shouldStartNoStepWhenItIsClosed() {
        World.forSeeds(50, simulation -> {
            boolean[] closed = {false};
            var worker = new TestWorker("works", () -> {
                assertThat(closed[0]).isFalse();
                simulation.tasks().sleep(Duration.ofMillis(simulation.random().nextInt(10)));
                assertThat(closed[0]).as("close waits for the step under way").isFalse();
                return new Worker.Step.Busy();
            });
            var driver = WorkerDriver.start(simulation.tasks(), simulation.clock(), 0.5, List.of(worker, worker));
            simulation.tasks().sleep(Duration.ofMillis(simulation.random().nextInt(100)));
            driver.close();
            closed[0] = true;
            simulation.tasks().sleep(Duration.ofMinutes(1));
        });
    }

    @Test
    void shouldGoOnWithTheOthersWhenAWorkerFails() {
        var simulation = new Simulation(1);
        int[] steps = {0, 0};
        simulation.run(() -> {
            var broken = new TestWorker("broken", () -> {
                steps[0]++;
                throw new IllegalStateException("a bug");
            });
            var sound = new TestWorker("sound", () -> {
                steps[1]++;
                return new Worker.Step.Idle();
            });
            try (var _ = WorkerDriver.start(simulation.tasks(), simulation.clock(), 1, List.of(broken, sound))) {
                simulation.tasks().sleep(Duration.ofSeconds(10));
            }
        });
        assertThat(steps[0]).isEqualTo(1);
        assertThat(steps[1]).isGreaterThan(5);
    }

    @Test
    void shouldAskAgainLaterWhenWhatAWorkerNeedsCannotBeRead() {
        World.forSeeds(3, simulation -> {
            int[] steps = {0};
            Supplier<Worker.Step> work = () -> {
                steps[0]++;
                throw new Namespace.Unreadable("the disk fails", new IllegalStateException());
            };
            try (var _ =
                    WorkerDriver.start(simulation.tasks(), simulation.clock(), 1, List.of(new TestWorker("a", work)))) {
                simulation.tasks().sleep(Duration.ofSeconds(35));
            }
            assertThat(steps[0]).isEqualTo(4);
        });
    }
}
