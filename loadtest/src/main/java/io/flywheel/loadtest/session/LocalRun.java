package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Share;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A run file's run in this process: set up, prime, send, clean up, judge.
public final class LocalRun {
    /// Something that is to run cannot begin.
    public static final class CannotBegin extends RuntimeException {
        private static final long serialVersionUID = 1;

        CannotBegin(String message) {
            super(message);
        }

        /// @param why in words
        public static CannotBegin because(String why) {
            return new CannotBegin(why);
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

    private final LocalSession session;
    private final RunFile file;
    private final Clock clock;
    private final ReentrantLock aggregating = new ReentrantLock();

    /// @param log gets what transactions and cleanups log
    public LocalRun(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        this.session = LocalSession.of(clock, file, source, log);
        this.file = file;
        this.clock = clock;
    }

    /// Starts nothing more; the run ends with what it has, or does not begin. From any thread.
    public void stop() {
        session.stop();
    }

    /// What stays behind if the process ends now. From any thread.
    public Optional<String> remains() {
        return session.remains();
    }

    /// Runs each transaction once, where there is a blend those that it has, and those whose results others want.
    ///
    /// @param each gets each outcome as soon as there is one
    /// @throws CannotBegin when it cannot, or was stopped
    public Functional runOnce(Consumer<FunctionalRun.Outcome> each) throws InterruptedException {
        var problems = new ArrayList<String>();
        var done = session.with(Run.Mode.FUNCTIONAL, (workload, run) -> {
            var outcomes = session.stoppable(() -> new FunctionalRun(clock, run).execute(wanted(workload), each));
            problems.addAll(workload.lost());
            return outcomes;
        });
        problems.addAll(done.problems());
        return new Functional(done.result(), done.cleaned(), problems);
    }

    private List<Subject> wanted(Workload workload) {
        var subjects = workload.subjects();
        var weights = file.weights(subjects.stream().map(Subject::name).toList());
        var sources = workload.sources();
        return IntStream.range(0, subjects.size())
                .filter(i -> weights.get(i).signum() > 0
                        || sources.contains(subjects.get(i).name()))
                .mapToObj(subjects::get)
                .toList();
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
        var done = session.with(Run.Mode.LOAD, (workload, run) -> {
            session.prime(workload, run);
            return measure(workload, run, watcher);
        });
        var measured = done.result();
        var aggregate = measured.aggregate();
        var verdict = Verdict.of(aggregate, file.thresholds(), file.limits(), measured.lost());
        return new RunResult(
                file,
                session.id(),
                measured.began(),
                aggregate,
                verdict,
                measured.wasStopped(),
                done.cleaned(),
                done.problems());
    }

    private record Measured(Aggregate aggregate, Instant began, boolean wasStopped, List<String> lost) {}

    private Measured measure(Workload workload, Run run, Watcher watcher) throws InterruptedException {
        var subjects = workload.subjects();
        var weights = file.weights(subjects.stream().map(Subject::name).toList());
        var aggregate = new Aggregate(file.load().warmup(), file.load().length(), file.interval());
        var recorder = new Recorder(AGENT);
        var plan = file.plan(weights);
        var starter = new Starter(clock, run, recorder, subjects, plan.inFlightMax(), new Starter.Listener() {});
        var load = new LoadRun(clock, plan, Share.WHOLE, subjects, starter, recorder, file.interval(), delta -> {
            aggregating.lock();
            try {
                aggregate.add(delta);
                watcher.interval(aggregate, delta, starter.inFlight());
            } finally {
                aggregating.unlock();
            }
            if (workload.isLost()) {
                session.stopLoad();
            }
        });
        var began = clock.now();
        watcher.began(file);
        var lost = new ArrayList<String>();
        try {
            session.drive(load);
        } catch (IllegalStateException crashed) {
            // What was counted until then is shown, and that it is not to be believed.
            lost.add(crashed.getMessage() + ": " + crashed.getCause());
        }
        lost.addAll(workload.lost());
        return new Measured(aggregate, began, load.wasStopped(), lost);
    }
}
