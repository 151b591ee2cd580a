package io.flywheel.loadtest.canary;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.CanarySection;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.runfile.RunFileRefused;
import io.flywheel.loadtest.schedule.Mix;
import io.flywheel.loadtest.session.WorkloadSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Runs transactions for ever, each by its own schedule, in shifts: a shift sets up, runs every transaction once in
/// order, then by schedule, cleans up and tears down, so that nothing that it made stays for longer than a shift. A
/// shift that cannot begin counts as a failure, as of a transaction named `setup`, and is tried again. One that lost a
/// bundle's process ends early, and the next has a new one.
public final class Canary {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Clock clock;
    private final RunFile file;
    private final CanarySection section;
    private final WorkloadSource source;
    private final Watch watch;
    private final Consumer<String> log;
    private final Duration patience;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long stoppedNanos;
    private final AtomicLong numbers = new AtomicLong();
    /// Of each transaction, so that its data goes on from shift to shift.
    private final ConcurrentMap<String, AtomicLong> occurrences = new ConcurrentHashMap<>();
    private long shifts;

    /// @param log gets what transactions and cleanups log
    public Canary(Clock clock, RunFile file, WorkloadSource source, Watch watch, Consumer<String> log) {
        this(clock, file, source, watch, log, PATIENCE);
    }

    /// @param patience so long what is in flight may go on once it is to stop
    Canary(Clock clock, RunFile file, WorkloadSource source, Watch watch, Consumer<String> log, Duration patience) {
        this.patience = patience;
        this.clock = clock;
        this.file = file;
        this.section = file.canary();
        this.source = source;
        this.watch = watch;
        this.log = log;
    }

    /// Ends {@link #run} once it has cleaned up. From any thread.
    public void stop() {
        stoppedNanos = clock.monotonicNanos();
        stopping.countDown();
    }

    /// How a shift ended.
    private enum Ending {
        DONE,
        CANNOT_BEGIN,
        /// A bundle's process is no more.
        LOST
    }

    /// Runs until {@link #stop}.
    ///
    /// @throws RunFileRefused at once, when what the run file says of the transactions is wrong
    public void run() throws InterruptedException {
        var last = Ending.DONE;
        while (stopping.getCount() > 0) {
            last = shift(last);
            if (last != Ending.DONE) {
                waitUntil(clock.monotonicNanos() + section.every().toNanos());
            }
        }
    }

    /// One life of the transactions.
    ///
    /// @param before how the one before ended: where it could not begin, that is over once this one can
    private Ending shift(Ending before) throws InterruptedException {
        long began = clock.monotonicNanos();
        // The executions' numbers go on from shift to shift: what is drawn from seed and number never comes again.
        String id = Long.toString(Mix.of(clock.unixMillis(), clock.monotonicNanos(), shifts) >>> 16, 36);
        var run = new RunInfo(Run.Mode.CANARY, file.target(), file.seed(), id, 0, file.settings(), log);
        try (var workload = workload(run)) {
            try {
                workload.setUp(true);
                workload.setUp(false);
                workload.open();
                if (before == Ending.CANNOT_BEGIN) {
                    watch.saw(setup(began, List.of()));
                }
                work(workload, new FunctionalRun(clock, run));
            } finally {
                finish(workload);
            }
            return workload.lost().isEmpty() ? Ending.DONE : Ending.LOST;
        } catch (RunFileRefused e) {
            throw e;
        } catch (RuntimeException e) {
            watch.saw(setup(began, List.of(failure(e))));
            return Ending.CANNOT_BEGIN;
        } finally {
            shifts++;
        }
    }

    /// What is wrong from the beginning nobody has to be alarmed of.
    private Workload workload(Run run) {
        try {
            return source.workload(run);
        } catch (IllegalArgumentException wrong) {
            if (shifts > 0) {
                throw wrong;
            }
            var refused = new RunFileRefused(List.of(String.valueOf(wrong.getMessage())));
            refused.initCause(wrong);
            throw refused;
        }
    }

    private Observation setup(long beganNanos, List<FunctionalRun.Failure> failures) {
        var took = Duration.ofNanos(clock.monotonicNanos() - beganNanos);
        return Observation.of(Observation.SETUP, clock.now(), numbers.getAndIncrement(), took, failures);
    }

    private static FunctionalRun.Failure failure(RuntimeException thrown) {
        return new FunctionalRun.Failure(thrown.getClass().getSimpleName(), String.valueOf(thrown.getMessage()));
    }

    private void work(Workload workload, FunctionalRun executions) throws InterruptedException {
        long end = clock.monotonicNanos() + section.shift().toNanos();
        var subjects = workload.subjects();
        var wanted = file.watched(subjects.stream().map(Subject::name).toList());
        var sources = workload.sources();
        await(List.of(start("first round", () -> {
            for (Subject subject : subjects) {
                if (stopping.getCount() > 0 && (wanted.contains(subject.name()) || sources.contains(subject.name()))) {
                    execute(subject, executions);
                }
            }
        })));
        long now = clock.monotonicNanos();
        var lanes = new ArrayList<Thread>();
        for (Subject subject : subjects) {
            int index = wanted.indexOf(subject.name());
            if (index >= 0) {
                var schedule = Schedule.spread(now, section.every(subject.name()), index, wanted.size());
                lanes.add(start(subject.name(), () -> repeat(workload, subject, schedule, end, executions)));
            }
        }
        await(lanes);
        workload.lost().forEach(log);
    }

    private interface Lane {
        void run() throws InterruptedException;
    }

    private static Thread start(String name, Lane lane) {
        return Thread.ofVirtual().name("canary " + name).start(() -> {
            try {
                lane.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Waits for the lanes; what is in flight long after it was to stop is left alone.
    private void await(List<Thread> lanes) throws InterruptedException {
        for (Thread lane : lanes) {
            while (!lane.join(LOOK)) {
                if (stopping.getCount() == 0 && clock.monotonicNanos() - stoppedNanos > patience.toNanos()) {
                    lane.interrupt();
                }
            }
        }
    }

    private void repeat(Workload workload, Subject subject, Schedule schedule, long endNanos, FunctionalRun executions)
            throws InterruptedException {
        for (long due = schedule.next(clock.monotonicNanos());
                due < endNanos && workload.lost().isEmpty() && waitUntil(due);
                due = schedule.next(clock.monotonicNanos())) {
            execute(subject, executions);
        }
    }

    private void execute(Subject subject, FunctionalRun executions) throws InterruptedException {
        long number = numbers.getAndIncrement();
        long occurrence = occurrences
                .computeIfAbsent(subject.name(), _ -> new AtomicLong())
                .getAndIncrement();
        try {
            var outcome = executions.execute(subject, number, occurrence);
            watch.saw(new Observation(clock.now(), outcome));
        } catch (RuntimeException e) {
            // Whatever is wrong, the others and the next go on.
            watch.saw(Observation.of(subject.name(), clock.now(), number, Duration.ZERO, List.of(failure(e))));
        }
    }

    /// @return false when it is to stop
    private boolean waitUntil(long nanos) throws InterruptedException {
        return !stopping.await(Math.max(0, nanos - clock.monotonicNanos()), TimeUnit.NANOSECONDS);
    }

    private void finish(Workload workload) throws InterruptedException {
        var problems = new ArrayList<String>();
        try {
            workload.cleanUp();
        } catch (RuntimeException e) {
            problems.add("cleaning up failed: " + e);
        }
        problems.addAll(workload.tearDown(false));
        problems.addAll(workload.tearDown(true));
        problems.forEach(log);
        watch.cleaned(workload.cleaned().done(), workload.cleaned().failed(), problems);
    }
}
