package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.ProcessWatch;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// A run file's run in this process: set up, prime, send, clean up, judge.
public final class LocalRun {
    /// Something that is to run cannot begin.
    public static final class CannotBegin extends RuntimeException {
        private static final long serialVersionUID = 1;

        CannotBegin(String message) {
            super(message);
        }

        CannotBegin(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// What the world can see while it runs.
    public interface Watcher {
        /// The run is measured from now on.
        default void began(RunFile file) {}

        /// An interval is over. The aggregate is not changed meanwhile.
        default void interval(Aggregate soFar, Delta latest, int inFlight) {}
    }

    private static final String AGENT = "local";
    private static final Duration AHEAD = Duration.ofMillis(50);

    private final Clock clock;
    private final RunFile file;
    private final WorkloadSource source;
    private final Consumer<String> log;
    private final String id;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Optional<LoadRun>> running = new AtomicReference<>(Optional.empty());
    private final ReentrantLock aggregating = new ReentrantLock();

    /// @param log gets what transactions and cleanups log
    public LocalRun(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        this.clock = clock;
        this.file = file;
        this.source = source;
        this.log = log;
        this.id = Long.toString(
                new SplittableRandom(clock.unixMillis() ^ System.identityHashCode(this)).nextLong() >>> 16, 36);
    }

    /// Starts nothing more; the run ends with what it has. From any thread.
    public void stop() {
        stopped.set(true);
        running.get().ifPresent(LoadRun::stop);
    }

    /// Runs each transaction once.
    ///
    /// @throws CannotBegin when it cannot
    public Functional runOnce() throws InterruptedException {
        var run = info(Run.Mode.FUNCTIONAL);
        try (var workload = source.workload(run)) {
            var problems = new ArrayList<String>();
            List<FunctionalRun.Outcome> outcomes;
            try {
                prepare(workload);
                outcomes = new FunctionalRun(clock, run).execute(workload.subjects());
            } finally {
                problems.addAll(finish(workload));
            }
            return new Functional(outcomes, workload.cleaned(), problems);
        }
    }

    /// How each transaction came out.
    public record Functional(List<FunctionalRun.Outcome> outcomes, Workload.Cleaned cleaned, List<String> problems) {
        public Functional {
            outcomes = List.copyOf(outcomes);
            problems = List.copyOf(problems);
        }

        public boolean passed() {
            return problems.isEmpty() && outcomes.stream().allMatch(FunctionalRun.Outcome::passed);
        }
    }

    /// Runs the load.
    ///
    /// @throws CannotBegin when it cannot
    public RunResult run(Watcher watcher) throws InterruptedException {
        var run = info(Run.Mode.LOAD);
        try (var workload = source.workload(run)) {
            var weights =
                    file.weights(workload.subjects().stream().map(Subject::name).toList());
            var aggregate = new Aggregate(file.load().warmup(), file.interval());
            var problems = new ArrayList<String>();
            Instant began;
            LoadRun load;
            try {
                prepare(workload);
                prime(workload, run);
                var recorder = new Recorder(AGENT);
                var plan = file.plan(weights);
                var starter = new Starter(
                        clock, run, recorder, workload.subjects(), plan.inFlightMax(), new Starter.Listener() {});
                load = new LoadRun(
                        clock, plan, Share.WHOLE, workload.subjects(), starter, recorder, file.interval(), delta -> {
                            aggregating.lock();
                            try {
                                aggregate.add(delta);
                                watcher.interval(aggregate, delta, starter.inFlight());
                            } finally {
                                aggregating.unlock();
                            }
                        });
                running.set(Optional.of(load));
                began = clock.now();
                watcher.began(file);
                load.start(clock.monotonicNanos() + AHEAD.toNanos());
                if (stopped.get()) {
                    load.stop();
                }
                load.await(Duration.ofDays(4_000));
            } finally {
                running.set(Optional.empty());
                problems.addAll(finish(workload));
            }
            return judge(aggregate, began, load.wasStopped(), workload, problems);
        }
    }

    private RunResult judge(
            Aggregate aggregate, Instant began, boolean wasStopped, Workload workload, List<String> problems) {
        long endNanos = Math.min(file.load().profile().lengthNanos(), aggregate.untilNanos());
        double seconds = Math.max(0, endNanos - file.load().warmup().toNanos()) / 1e9;
        var invalid = file.limits().exceededBy(aggregate.health(), ProcessWatch.processors());
        var verdict = Verdict.of(aggregate, file.thresholds(), invalid, seconds);
        return new RunResult(file, id, began, aggregate, verdict, wasStopped, seconds, workload.cleaned(), problems);
    }

    private Run info(Run.Mode mode) {
        return new RunInfo(mode, file.target(), file.seed(), id, 0, file.settings(), log);
    }

    private static void prepare(Workload workload) {
        workload.setUp(true);
        workload.setUp(false);
        workload.open();
    }

    /// So that there is a result for those who want one.
    private void prime(Workload workload, Run run) throws InterruptedException {
        var sources = workload.sources();
        var subjects = workload.subjects().stream()
                .filter(subject -> sources.contains(subject.name()))
                .toList();
        for (var outcome : new FunctionalRun(clock, run).execute(subjects)) {
            if (!outcome.passed()) {
                throw new CannotBegin("'" + outcome.transaction() + "', whose results others want, failed before the"
                        + " run began: "
                        + outcome.failure()
                                .map(failure -> failure.kind() + ": " + failure.message())
                                .orElse("it had nothing to work on"));
            }
        }
    }

    private static List<String> finish(Workload workload) throws InterruptedException {
        workload.cleanUp();
        var problems = new ArrayList<>(workload.tearDown(false));
        problems.addAll(workload.tearDown(true));
        return problems;
    }
}
