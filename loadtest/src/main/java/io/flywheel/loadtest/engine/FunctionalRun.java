package io.flywheel.loadtest.engine;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.result.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Executes each transaction once, one after the other: the definition as a functional test.
public final class FunctionalRun {
    /// A check of an execution.
    public record Checked(String name, boolean passed) {}

    /// Why an execution failed.
    public record Failure(String kind, String message) {}

    /// How one transaction came out.
    ///
    /// @param starved it had nothing to work on, so it did not run
    public record Outcome(
            String transaction,
            long number,
            Duration took,
            List<Checked> checks,
            Optional<Failure> failure,
            boolean starved,
            List<String> requestIds) {
        public Outcome {
            checks = List.copyOf(checks);
            requestIds = List.copyOf(requestIds);
        }

        public boolean passed() {
            return failure.isEmpty() && !starved;
        }
    }

    private static final long LOOK_MILLIS = 10;

    private final Clock clock;
    private final Run run;

    public FunctionalRun(Clock clock, Run run) {
        this.clock = clock;
        this.run = run;
    }

    /// Executes them in the given order.
    public List<Outcome> execute(List<Subject> subjects) throws InterruptedException {
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < subjects.size(); i++) {
            outcomes.add(execute(subjects.get(i), i, 0));
        }
        return outcomes;
    }

    /// Executes one.
    ///
    /// @param number of the execution in the run
    /// @param occurrence how many of the same transaction came before it
    public Outcome execute(Subject subject, long number, long occurrence) throws InterruptedException {
        var recorder = new Recorder("functional");
        var listening = new Listening();
        var starter = new Starter(clock, run, recorder, List.of(subject), 1, listening);
        var released = new CountDownLatch(1);
        var execution = new AtomicReference<Optional<Execution>>(Optional.empty());
        starter.onRelease(ended -> {
            execution.set(Optional.of(ended));
            released.countDown();
        });
        long began = clock.monotonicNanos();
        starter.start(0, number, occurrence, began);
        boolean over = false;
        // What was interrupted may go on for ever: a timeout is not waited for longer than the timeout once more.
        while (!over && clock.monotonicNanos() - began < 2 * subject.timeout().toNanos()) {
            over = released.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            starter.expire(clock.monotonicNanos());
        }
        var took = Duration.ofNanos(clock.monotonicNanos() - began);
        var counts = recorder.take(0, io.flywheel.loadtest.result.GeneratorHealth.nothing())
                .series()
                .get(subject.name());
        boolean starved = counts != null && counts.starved() > 0;
        return new Outcome(
                subject.name(),
                number,
                took,
                List.copyOf(listening.checks),
                listening.failure.get(),
                starved,
                execution.get().map(Execution::requestIds).orElse(List.of()));
    }

    private static final class Listening implements Starter.Listener {
        private final ConcurrentLinkedQueue<Checked> checks = new ConcurrentLinkedQueue<>();
        private final AtomicReference<Optional<Failure>> failure = new AtomicReference<>(Optional.empty());

        @Override
        public void checked(Execution execution, String name, boolean passed) {
            checks.add(new Checked(name, passed));
        }

        @Override
        public void failed(Execution execution, String kind, String message) {
            failure.updateAndGet(known -> known.or(() -> Optional.of(new Failure(kind, message))));
        }
    }
}
