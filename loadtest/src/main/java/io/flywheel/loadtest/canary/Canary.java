package io.flywheel.loadtest.canary;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.CanarySection;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Mix;
import io.flywheel.loadtest.session.WorkloadSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Runs transactions for ever, each by its own schedule, in shifts: a shift sets up, runs every transaction once in
/// order, then by schedule, cleans up and tears down, so that nothing that it made stays for longer than a shift. A
/// shift that cannot begin counts as a failure, as of a transaction named `setup`, and is tried again.
public final class Canary {
    private final Clock clock;
    private final RunFile file;
    private final CanarySection section;
    private final WorkloadSource source;
    private final Watch watch;
    private final Consumer<String> log;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicLong numbers = new AtomicLong();
    private long shifts;

    /// @param log gets what transactions and cleanups log
    public Canary(Clock clock, RunFile file, WorkloadSource source, Watch watch, Consumer<String> log) {
        this.clock = clock;
        this.file = file;
        this.section = file.canary();
        this.source = source;
        this.watch = watch;
        this.log = log;
    }

    /// Ends {@link #run} once it has cleaned up. From any thread.
    public void stop() {
        stopping.countDown();
    }

    /// Runs until {@link #stop}.
    public void run() throws InterruptedException {
        boolean failedBefore = false;
        while (stopping.getCount() > 0) {
            var failure = shift(failedBefore);
            failedBefore = failure.isPresent();
            if (failedBefore) {
                waitUntil(clock.monotonicNanos() + section.every().toNanos());
            }
        }
    }

    /// One life of the transactions.
    ///
    /// @param failedBefore whether the one before could not begin, which is over now if this one can
    /// @return why it could not begin
    private Optional<FunctionalRun.Failure> shift(boolean failedBefore) throws InterruptedException {
        long began = clock.monotonicNanos();
        // So that no two shifts send the same.
        long seed = Mix.of(file.seed(), shifts++);
        String id = Long.toString(Mix.of(clock.unixMillis(), seed) >>> 16, 36);
        var run = new RunInfo(Run.Mode.CANARY, file.target(), seed, id, 0, file.settings(), log);
        try (var workload = source.workload(run)) {
            try {
                workload.setUp(true);
                workload.setUp(false);
                workload.open();
                if (failedBefore) {
                    watch.saw(setup(began, List.of()));
                }
                work(workload, new FunctionalRun(clock, run));
            } finally {
                finish(workload);
            }
            return Optional.empty();
        } catch (RuntimeException e) {
            var failure = new FunctionalRun.Failure(e.getClass().getSimpleName(), String.valueOf(e.getMessage()));
            watch.saw(setup(began, List.of(failure)));
            return Optional.of(failure);
        }
    }

    private Observation setup(long beganNanos, List<FunctionalRun.Failure> failures) {
        var took = Duration.ofNanos(clock.monotonicNanos() - beganNanos);
        return Observation.ofSetup(clock.now(), numbers.getAndIncrement(), took, failures);
    }

    private void work(Workload workload, FunctionalRun executions) throws InterruptedException {
        long end = clock.monotonicNanos() + section.shift().toNanos();
        var subjects = workload.subjects();
        for (Subject subject : subjects) {
            if (stopping.getCount() == 0) {
                return;
            }
            execute(subject, executions);
        }
        long now = clock.monotonicNanos();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < subjects.size(); i++) {
            var subject = subjects.get(i);
            var schedule = Schedule.spread(now, section.every(subject.name()), i, subjects.size());
            threads.add(Thread.ofVirtual()
                    .name("canary " + subject.name())
                    .start(() -> repeat(subject, schedule, end, executions)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void repeat(Subject subject, Schedule schedule, long endNanos, FunctionalRun executions) {
        try {
            for (long due = schedule.next(clock.monotonicNanos());
                    due < endNanos && waitUntil(due);
                    due = schedule.next(clock.monotonicNanos())) {
                execute(subject, executions);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void execute(Subject subject, FunctionalRun executions) throws InterruptedException {
        var outcome = executions.execute(subject, numbers.getAndIncrement());
        watch.saw(new Observation(clock.now(), outcome));
    }

    /// @return false when it is to stop
    private boolean waitUntil(long nanos) throws InterruptedException {
        return !stopping.await(Math.max(0, nanos - clock.monotonicNanos()), TimeUnit.NANOSECONDS);
    }

    private void finish(Workload workload) throws InterruptedException {
        workload.cleanUp();
        var problems = new ArrayList<>(workload.tearDown(false));
        problems.addAll(workload.tearDown(true));
        problems.forEach(log);
        watch.cleaned(workload.cleaned().done(), workload.cleaned().failed(), problems);
    }
}
