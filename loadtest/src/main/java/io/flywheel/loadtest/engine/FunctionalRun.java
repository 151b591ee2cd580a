package io.flywheel.loadtest.engine;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Executes each transaction once, one after the other: the definition as a functional test.
public final class FunctionalRun {
    /// A check of an execution.
    public record Checked(String name, boolean passed) {}

    /// Why an execution failed.
    public record Failure(String kind, String message) {
        /// In one line, which says nothing twice.
        public String text() {
            return message.isEmpty() || kind.endsWith(message) ? kind : kind + ": " + message;
        }
    }

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
    private final long firstNumber;

    public FunctionalRun(Clock clock, Run run) {
        this(clock, run, 0);
    }

    /// @param firstNumber executions are numbered from there
    public FunctionalRun(Clock clock, Run run, long firstNumber) {
        this.clock = clock;
        this.run = run;
        this.firstNumber = firstNumber;
    }

    /// Executes them in the given order.
    public List<Outcome> execute(List<Subject> subjects) throws InterruptedException {
        return execute(subjects, _ -> {});
    }

    /// Executes them in the given order.
    ///
    /// @param each gets each outcome as soon as there is one
    public List<Outcome> execute(List<Subject> subjects, Consumer<Outcome> each) throws InterruptedException {
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < subjects.size(); i++) {
            var outcome = execute(subjects.get(i), firstNumber + i, 0);
            each.accept(outcome);
            outcomes.add(outcome);
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
        var counts = recorder.take(0, GeneratorHealth.nothing()).series().get(subject.name());
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
