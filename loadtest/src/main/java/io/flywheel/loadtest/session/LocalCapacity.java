package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.CapacitySearch;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Share;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Searches for the highest rate at which a run file's thresholds hold, with load from this process.
public final class LocalCapacity {
    private static final String AGENT = "local";

    private static final Duration LOOK_MIN = Duration.ofMillis(20);

    /// What the world can see of a search.
    public interface Watcher {
        default void probing(double perSecond, Duration length) {}

        default void probed(Probe probe) {}
    }

    /// What a search came to.
    ///
    /// @param problems of teardowns
    public record Result(Capacity capacity, Workload.Cleaned cleaned, List<String> problems) {}

    private final LocalSession session;
    private final RunFile file;
    private final Clock clock;
    private int probes;

    /// @param log gets what transactions and cleanups log
    public LocalCapacity(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        this.session = LocalSession.of(clock, file, source, log);
        this.file = file;
        this.clock = clock;
    }

    /// Makes no more probes; the search ends with what it knows. From any thread.
    public void stop() {
        session.stop();
    }

    /// What stays behind if the process ends now. From any thread.
    public Optional<String> remains() {
        return session.remains();
    }

    /// @throws LocalRun.CannotBegin when it cannot
    public Result run(Watcher watcher) throws InterruptedException {
        var done = session.with(Run.Mode.LOAD, (workload, run) -> {
            session.prime(workload, run);
            return CapacitySearch.run(
                    rate -> probe(workload, run, rate, watcher), file.capacity().search());
        });
        return new Result(done.result(), done.cleaned(), done.problems());
    }

    private Probe probe(Workload workload, Run run, double perSecond, Watcher watcher) throws InterruptedException {
        var probe = new ProbeRun(file, perSecond, probes++, LOOK_MIN);
        var probing = probe.run();
        watcher.probing(perSecond, probing.load().length());
        var subjects = workload.subjects();
        var plan = probing.plan(
                probing.weights(subjects.stream().map(Subject::name).toList()));
        var counted = new Aggregate(probing.load().warmup(), probing.load().length(), probing.interval());
        var recorder = new Recorder(AGENT);
        var starter = new Starter(clock, run, recorder, subjects, plan.inFlightMax(), new Starter.Listener() {});
        var load = new LoadRun(clock, plan, Share.WHOLE, subjects, starter, recorder, probing.interval(), delta -> {
            counted.add(delta);
            if (probe.look(counted, delta.fromNanos(), delta.toNanos(), starter.inFlight())) {
                session.stopLoad();
            }
        });
        session.drive(load);
        // Without a bundle the service is asked for less than the rate.
        var measured = session.isStopped()
                ? probe.stopped()
                : probe.judge(counted, Verdict.of(counted, probing.thresholds(), probing.limits(), workload.lost()));
        watcher.probed(measured);
        return measured;
    }
}
