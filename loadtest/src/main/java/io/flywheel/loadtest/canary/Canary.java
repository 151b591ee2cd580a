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
import io.flywheel.loadtest.session.StopSwitch;
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

/// Runs transactions for ever, each by its own schedule, in shifts: a shift sets up, runs what is due in order (in
/// the first everything) and what others want results of, then by schedule, cleans up and tears down, so that
/// nothing that it made stays for longer than a shift. What a canary left that was killed is removed before the
/// next sets up. A shift that cannot begin counts as a failure, as of a transaction named `setup`, and is tried
/// again; one that lost the process of a bundle counts as one of `bundle`, ends early, and the next has a new
/// process.
public final class Canary {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);
    /// What a pack may take to set up or to give back, and what a step of a bundle may take longer than its limit.
    private static final Duration STEP_MAX = Duration.ofMinutes(15);

    private final Clock clock;
    private final RunFile file;
    private final CanarySection section;
    private final WorkloadSource source;
    private final Watch watch;
    private final Pulse pulse;
    private final Consumer<String> log;
    private final Duration patience;
    private final StopSwitch off = new StopSwitch();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile long stoppedNanos;
    private final AtomicLong numbers = new AtomicLong();
    /// Of each transaction, so that its data goes on from shift to shift.
    private final ConcurrentMap<String, AtomicLong> occurrences = new ConcurrentHashMap<>();
    /// When each transaction is to run next, by the monotonic clock; goes on from shift to shift.
    private final ConcurrentMap<String, Long> dueNanos = new ConcurrentHashMap<>();
    private long shifts;

    /// @param log gets what transactions and cleanups log
    public Canary(Clock clock, RunFile file, WorkloadSource source, Watch watch, Pulse pulse, Consumer<String> log) {
        this(clock, file, source, watch, pulse, log, PATIENCE);
    }

    /// @param patience so long what is in flight may go on once it is to stop
    Canary(
            Clock clock,
            RunFile file,
            WorkloadSource source,
            Watch watch,
            Pulse pulse,
            Consumer<String> log,
            Duration patience) {
        this.patience = patience;
        this.clock = clock;
        this.file = file;
        this.section = file.canary();
        this.source = source;
        this.watch = watch;
        this.pulse = pulse;
        this.log = log;
    }

    /// Ends {@link #run} once it has cleaned up. From any thread.
    public void stop() {
        stoppedNanos = clock.monotonicNanos();
        stopping.countDown();
        off.stop();
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
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
        String id = newId();
        while (!isStopping()) {
            removeLeftovers(id);
            var ending = isStopping() ? Ending.DONE : shift(id);
            pulse.ready(false);
            if (ending != Ending.DONE) {
                pulse.expect("waiting", section.every());
                waitUntil(clock.monotonicNanos() + section.every().toNanos());
                pulse.over("waiting");
            }
            if (ending != Ending.CANNOT_BEGIN) {
                id = newId();
            }
        }
    }

    private String newId() {
        return Long.toString(Mix.of(clock.unixMillis(), clock.monotonicNanos(), shifts) >>> 16, 36);
    }

    /// The executions' numbers go on from shift to shift: what is drawn from seed and number never comes again.
    private RunInfo info(String id) {
        return new RunInfo(Run.Mode.CANARY, file.target(), file.seed(), id, 0, file.settings(), log);
    }

    /// Of canaries that were killed, and of shifts at whose end the service did not answer.
    ///
    /// @param own the id of the shift that is about to begin
    private void removeLeftovers(String own) {
        pulse.expect("removing leftovers", STEP_MAX);
        for (String id : watch.left()) {
            if (id.equals(own) || isStopping()) {
                continue;
            }
            if (!source.findsLeftovers()) {
                log.accept("run " + id + " was ended too early: what it made may still be there");
                watch.isGone(id);
                continue;
            }
            List<String> problems;
            try {
                problems = source.removeLeftovers(info(id));
            } catch (RuntimeException e) {
                problems = List.of("what run " + id + " left cannot be removed: " + e);
            }
            problems.forEach(log);
            if (!problems.isEmpty()) {
                // The service may be down; the next shift tries again.
                break;
            }
            log.accept("removed what run " + id + " may have left");
            watch.isGone(id);
        }
        pulse.over("removing leftovers");
    }

    /// One life of the transactions.
    private Ending shift(String id) throws InterruptedException {
        long began = clock.monotonicNanos();
        var run = info(id);
        watch.begins(id);
        try (var workload = begin("starting", () -> workload(run))) {
            try {
                begin("setting up", () -> {
                    workload.setUp(true);
                    workload.setUp(false);
                    workload.open();
                    return workload;
                });
                if (watch.isFailing(Observation.SETUP)) {
                    watch.saw(aside(Observation.SETUP, began, List.of()));
                }
                work(workload, new FunctionalRun(clock, run));
            } finally {
                finish(id, workload);
            }
            if (workload.lost().isEmpty()) {
                return Ending.DONE;
            }
            watch.saw(aside(
                    Observation.BUNDLE,
                    began,
                    List.of(new FunctionalRun.Failure("bundle lost", String.join("; ", workload.lost())))));
            return Ending.LOST;
        } catch (RunFileRefused e) {
            watch.isGone(id);
            throw e;
        } catch (InterruptedException | RuntimeException e) {
            if (isStopping()) {
                return Ending.DONE;
            }
            if (e instanceof RuntimeException failure) {
                watch.saw(aside(Observation.SETUP, began, List.of(failure(failure))));
                return Ending.CANNOT_BEGIN;
            }
            throw e;
        } finally {
            shifts++;
        }
    }

    private <T> T begin(String activity, StopSwitch.Step<T> step) throws InterruptedException {
        pulse.expect(activity, stepMax());
        try {
            return off.interruptibly(step);
        } finally {
            pulse.over(activity);
        }
    }

    /// A bundle that takes longer is ended by its own limits.
    private Duration stepMax() {
        return file.source() instanceof RunFile.Source.OfBundles(var jars, var limits)
                ? limits.setup().plus(limits.teardown()).multipliedBy(4L * jars.size())
                : STEP_MAX;
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

    /// Of what is no transaction.
    private Observation aside(String name, long beganNanos, List<FunctionalRun.Failure> failures) {
        var took = Duration.ofNanos(clock.monotonicNanos() - beganNanos);
        return Observation.of(name, clock.now(), numbers.getAndIncrement(), took, failures);
    }

    private static FunctionalRun.Failure failure(RuntimeException thrown) {
        return new FunctionalRun.Failure(thrown.getClass().getSimpleName(), String.valueOf(thrown.getMessage()));
    }

    private void work(Workload workload, FunctionalRun executions) throws InterruptedException {
        long began = clock.monotonicNanos();
        long end = began + section.shift().toNanos();
        var subjects = workload.subjects();
        var wanted = file.watched(subjects.stream().map(Subject::name).toList());
        var sources = workload.sources();
        await(
                List.of(start("first round", () -> {
                    for (Subject subject : subjects) {
                        boolean isDue = wanted.contains(subject.name())
                                && dueNanos.getOrDefault(subject.name(), began) <= clock.monotonicNanos();
                        if (isDue) {
                            dueNanos.remove(subject.name());
                        }
                        if (!isStopping() && (isDue || sources.contains(subject.name()))) {
                            execute("first round", subject, executions);
                        }
                    }
                })),
                () -> {});
        pulse.ready(true);
        long now = clock.monotonicNanos();
        var lanes = new ArrayList<Thread>();
        for (Subject subject : subjects) {
            int index = wanted.indexOf(subject.name());
            if (index >= 0) {
                var schedule = Schedule.spread(now, section.every(subject.name()), index, wanted.size());
                var _ = dueNanos.putIfAbsent(subject.name(), schedule.next(now));
                lanes.add(start(subject.name(), () -> repeat(workload, subject, schedule, end, executions)));
            }
        }
        // A process that lives for as long as it takes to alarm is well again.
        long well = began + section.every().multipliedBy(section.failures()).toNanos();
        await(lanes, () -> {
            boolean over = clock.monotonicNanos() >= Math.min(well, end);
            if (over && watch.isFailing(Observation.BUNDLE) && workload.lost().isEmpty()) {
                watch.saw(aside(Observation.BUNDLE, began, List.of()));
            }
        });
        workload.lost().forEach(log);
    }

    private interface Lane {
        void run() throws InterruptedException;
    }

    private Thread start(String name, Lane lane) {
        return Thread.ofVirtual().name("canary " + name).start(() -> {
            try {
                lane.run();
                // Otherwise something is wrong with the canary: it is stuck from then on.
                pulse.over(name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Waits for the lanes; what is in flight long after it was to stop is left alone.
    ///
    /// @param look is done again and again meanwhile
    private void await(List<Thread> lanes, Runnable look) throws InterruptedException {
        for (Thread lane : lanes) {
            while (!lane.join(LOOK)) {
                look.run();
                if (isStopping() && clock.monotonicNanos() - stoppedNanos > patience.toNanos()) {
                    lane.interrupt();
                }
            }
        }
    }

    private void repeat(Workload workload, Subject subject, Schedule schedule, long endNanos, FunctionalRun executions)
            throws InterruptedException {
        while (true) {
            long due = dueNanos.getOrDefault(subject.name(), endNanos);
            long until = Math.min(due, endNanos);
            pulse.expect(subject.name(), Duration.ofNanos(until - clock.monotonicNanos()));
            for (long now = clock.monotonicNanos(); now < until; now = clock.monotonicNanos()) {
                if (!workload.lost().isEmpty() || !waitUntil(Math.min(until, now + LOOK.toNanos()))) {
                    return;
                }
            }
            if (due >= endNanos || !workload.lost().isEmpty() || isStopping()) {
                return;
            }
            execute(subject.name(), subject, executions);
            dueNanos.put(subject.name(), schedule.next(clock.monotonicNanos()));
        }
    }

    private void execute(String activity, Subject subject, FunctionalRun executions) throws InterruptedException {
        // A timeout is not waited for longer than the timeout once more.
        pulse.expect(activity, subject.timeout().multipliedBy(2));
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

    private void finish(String id, Workload workload) throws InterruptedException {
        pulse.expect("cleaning up", stepMax());
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
        if (problems.isEmpty()) {
            watch.isGone(id);
        }
        pulse.over("cleaning up");
    }
}
