package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.RunFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// What every use of a run file's transactions in this process begins and ends with. It can be stopped from any thread:
/// what begins is interrupted, the load that runs starts nothing more, and what was made is given back.
final class LocalSession {
    /// What runs before the load is numbered from here, in the first process. No execution of a load has as high a one.
    private static final long PRIMING_NUMBER = 1L << 60;

    /// How many numbers each process has for that.
    private static final long PRIMING_NUMBERS = 1L << 20;

    private static final Duration AHEAD = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofDays(4_000);

    private final Clock clock;
    private final RunFile file;
    private final WorkloadSource source;
    private final String id;
    private final Consumer<String> log;
    private final AtomicReference<Optional<Workload>> begun = new AtomicReference<>(Optional.empty());
    private final StopSwitch off = new StopSwitch();
    private final AtomicReference<Optional<LoadRun>> running = new AtomicReference<>(Optional.empty());

    /// @param id of the run
    /// @param log gets what transactions and cleanups log
    LocalSession(Clock clock, RunFile file, WorkloadSource source, String id, Consumer<String> log) {
        this.clock = clock;
        this.file = file;
        this.source = source;
        this.id = id;
        this.log = log;
    }

    static LocalSession of(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        var random = new SplittableRandom(clock.unixMillis() ^ System.identityHashCode(file));
        return new LocalSession(clock, file, source, Long.toString(random.nextLong() >>> 16, 36), log);
    }

    String id() {
        return id;
    }

    Consumer<String> log() {
        return log;
    }

    /// What is done between the beginning and the end.
    interface Work<T> {
        T on(Workload workload, Run run) throws InterruptedException;
    }

    /// What it came to.
    ///
    /// @param problems of teardowns
    record Done<T>(T result, Workload.Cleaned cleaned, List<String> problems) {
        Done {
            problems = List.copyOf(problems);
        }
    }

    /// Sets up, works, cleans up, whatever happens meanwhile.
    ///
    /// @throws LocalRun.CannotBegin when it cannot
    <T> Done<T> with(Run.Mode mode, Work<T> work) throws InterruptedException {
        var run = new RunInfo(mode, file.target(), file.seed(), id, 0, file.settings(), log);
        try (var workload = stoppable(() -> workload(run))) {
            begun.set(Optional.of(workload));
            T result;
            try {
                stoppable(() -> {
                    prepare(workload);
                    return workload;
                });
                result = work.on(workload, run);
            } catch (RuntimeException | Error | InterruptedException thrown) {
                // A result says it; where there is none, nothing else does.
                finish(workload, true).forEach(log);
                throw thrown;
            }
            var problems = finish(workload, true);
            return new Done<>(result, workload.cleaned(), problems);
        }
    }

    /// Cleans up and tears down, whatever is thrown meanwhile.
    ///
    /// @param first also what is done once in a run
    /// @return what was thrown, in words
    static List<String> finish(Workload workload, boolean first) throws InterruptedException {
        var problems = new ArrayList<String>();
        try {
            workload.cleanUp();
        } catch (RuntimeException thrown) {
            problems.add("cleaning up failed: " + thrown);
        } finally {
            problems.addAll(workload.tearDown(false));
            if (first) {
                problems.addAll(workload.tearDown(true));
            }
        }
        return problems;
    }

    private Workload workload(Run run) {
        try {
            return source.workload(run);
        } catch (IllegalArgumentException wrong) {
            throw new LocalRun.CannotBegin(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static void prepare(Workload workload) throws InterruptedException {
        try {
            workload.setUp(true);
            workload.setUp(false);
            workload.open();
        } catch (TransactionFailed | IllegalStateException failure) {
            throw new LocalRun.CannotBegin("the run cannot be set up: " + failure.getMessage(), failure);
        }
    }

    /// Runs what others want results of once, so that there is a result for those who begin.
    void prime(Workload workload, Run run) throws InterruptedException {
        var sources = workload.sources();
        var subjects = workload.subjects().stream()
                .filter(subject -> sources.contains(subject.name()))
                .toList();
        var primer = new FunctionalRun(clock, run, PRIMING_NUMBER + run.process() * PRIMING_NUMBERS);
        for (var outcome : stoppable(() -> primer.execute(subjects))) {
            // Of a bundle that was lost meanwhile, whose loss is said, the others need nothing.
            if (!outcome.passed() && workload.lost().isEmpty()) {
                throw new LocalRun.CannotBegin("'" + outcome.transaction()
                        + "', whose results others want, failed before the run began: "
                        + outcome.failure().map(FunctionalRun.Failure::text).orElse("it had nothing to work on"));
            }
        }
    }

    /// Does what comes before or in place of a load.
    ///
    /// @throws LocalRun.CannotBegin when it was stopped
    <T> T stoppable(StopSwitch.Step<T> step) throws InterruptedException {
        try {
            return off.interruptibly(step);
        } catch (InterruptedException | RuntimeException e) {
            if (off.isStopped()) {
                throw new LocalRun.CannotBegin("it was stopped", e);
            }
            throw e;
        }
    }

    /// Runs a load to its end.
    void drive(LoadRun load) throws InterruptedException {
        running.set(Optional.of(load));
        try {
            load.start(clock.monotonicNanos() + AHEAD.toNanos());
            if (isStopped()) {
                load.stop();
            }
            load.await(LONGEST);
        } finally {
            running.set(Optional.empty());
        }
    }

    /// What stays behind if the process ends now; empty where nothing has begun. From any thread.
    Optional<String> remains() {
        return begun.get().map(Workload::remains);
    }

    /// Starts nothing more. From any thread.
    void stop() {
        off.stop();
        stopLoad();
    }

    /// Ends the load that runs now, and nothing else.
    void stopLoad() {
        running.get().ifPresent(LoadRun::stop);
    }

    boolean isStopped() {
        return off.isStopped();
    }
}
