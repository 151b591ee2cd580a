package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.RunFile;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What every use of a run file's transactions in this process begins and ends with.
///
/// @param id of the run
/// @param log gets what transactions and cleanups log
record LocalSession(Clock clock, RunFile file, WorkloadSource source, String id, Consumer<String> log) {
    /// What is done between the two.
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

    static LocalSession of(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        var random = new SplittableRandom(clock.unixMillis() ^ System.identityHashCode(file));
        return new LocalSession(clock, file, source, Long.toString(random.nextLong() >>> 16, 36), log);
    }

    /// Sets up, works, cleans up, whatever happens meanwhile.
    ///
    /// @throws LocalRun.CannotBegin when it cannot
    <T> Done<T> with(Run.Mode mode, Work<T> work) throws InterruptedException {
        var run = new RunInfo(mode, file.target(), file.seed(), id, 0, file.settings(), log);
        try (var workload = workload(run)) {
            var problems = new ArrayList<String>();
            T result;
            try {
                prepare(workload);
                result = work.on(workload, run);
            } finally {
                workload.cleanUp();
                problems.addAll(workload.tearDown(false));
                problems.addAll(workload.tearDown(true));
            }
            return new Done<>(result, workload.cleaned(), problems);
        }
    }

    private Workload workload(Run run) {
        try {
            return source.workload(run);
        } catch (IllegalArgumentException wrong) {
            throw new LocalRun.CannotBegin(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static void prepare(Workload workload) {
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
        for (var outcome : new FunctionalRun(clock, run).execute(subjects)) {
            // Of a bundle that was lost meanwhile, whose loss is said, the others need nothing.
            if (!outcome.passed() && workload.lost().isEmpty()) {
                throw new LocalRun.CannotBegin("'" + outcome.transaction()
                        + "', whose results others want, failed before the run began: "
                        + outcome.failure()
                                .map(failure -> failure.kind() + ": " + failure.message())
                                .orElse("it had nothing to work on"));
            }
        }
    }
}
