package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.capacity.Backlog;
import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.CapacitySearch;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Mix;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Searches for the highest rate at which a run file's thresholds hold, with load from this process. Each probe is the
/// load of the file at one rate: a while to settle, then measured, and cut short as soon as a threshold is lost or the
/// backlog grows. A threshold of the throughput says nothing here: at a low rate none is reached.
public final class LocalCapacity {
    private static final String AGENT = "local";

    /// How often a probe is looked at.
    private static final int LOOKS = 24;

    private static final Duration LOOK_MIN = Duration.ofMillis(20);

    /// Fewer starts say little: slow rates are measured for longer, up to so many times as long as wanted.
    private static final int STARTS_MIN = 100;

    private static final int LONGER_MAX = 10;

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
    private final List<Threshold> thresholds;
    private final Clock clock;
    private final AtomicInteger probes = new AtomicInteger();

    /// @param log gets what transactions and cleanups log
    public LocalCapacity(Clock clock, RunFile file, WorkloadSource source, Consumer<String> log) {
        this.session = LocalSession.of(clock, file, source, log);
        this.file = file;
        this.thresholds = file.thresholds().stream()
                .filter(threshold -> !(threshold instanceof Threshold.Throughput))
                .toList();
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
        var settle = file.capacity().settle();
        var measured = measured(perSecond);
        watcher.probing(perSecond, settle.plus(measured));
        var subjects = workload.subjects();
        var plan = plan(subjects, perSecond, settle.plus(measured));
        var look = Duration.ofNanos(Math.max(LOOK_MIN.toNanos(), measured.toNanos() / LOOKS));
        var recorder = new Recorder(AGENT);
        var starter = new Starter(clock, run, recorder, subjects, plan.inFlightMax(), new Starter.Listener() {});
        var looks = new Looks(perSecond, measured, starter);
        var load = new LoadRun(clock, plan, Share.WHOLE, subjects, starter, recorder, look, looks::add);
        session.drive(load);
        // Without a bundle the service is asked for less than the rate.
        var probe = workload.lost().isEmpty()
                ? looks.judge()
                : new Probe(perSecond, 0, 0, new Probe.Result.Invalid(String.join("; ", workload.lost())));
        watcher.probed(probe);
        return probe;
    }

    private Duration measured(double perSecond) {
        var wanted = file.capacity().probe();
        double enough = STARTS_MIN / perSecond;
        double most = LONGER_MAX * (wanted.toNanos() / 1e9);
        var longer = Duration.ofNanos(Math.round(Math.min(enough, most) * 1e9));
        return longer.compareTo(wanted) > 0 ? longer : wanted;
    }

    /// Each probe is a draw of its own of arrivals, keys and sizes.
    private LoadPlan plan(List<Subject> subjects, double perSecond, Duration length) {
        var weights = file.weights(subjects.stream().map(Subject::name).toList());
        var profile = new RateProfile(List.of(new Stage.Hold(perSecond, length)));
        int probe = probes.getAndIncrement();
        long seed = Mix.of(file.seed(), probe);
        var load = file.load();
        return new LoadPlan(
                        LoadPlan.Model.OPEN,
                        profile,
                        load.spacing(),
                        weights,
                        seed,
                        load.inFlightMax(),
                        file.capacity().settle(),
                        load.drain())
                .numberedAs(probe);
    }

    /// What is seen of one probe while it runs; by one thread, then by another.
    private final class Looks {
        private final double perSecond;
        private final double intended;
        private final Starter starter;
        private final Aggregate aggregate;
        private final Backlog backlog = new Backlog();
        private final long settleNanos = file.capacity().settle().toNanos();
        private final long endNanos;
        private int samples;
        private long inFlight;
        private boolean isCut;

        Looks(double perSecond, Duration measured, Starter starter) {
            this.perSecond = perSecond;
            this.intended = perSecond * measured.toNanos() / 1e9;
            this.endNanos = settleNanos + measured.toNanos();
            this.starter = starter;
            this.aggregate = new Aggregate(file.capacity().settle(), Duration.ofNanos(endNanos), file.interval());
        }

        void add(Delta delta) {
            aggregate.add(delta);
            boolean isMeasured = delta.fromNanos() >= settleNanos && delta.toNanos() <= endNanos;
            if (!isMeasured || isCut) {
                return;
            }
            inFlight = starter.inFlight();
            backlog.sample(inFlight);
            samples++;
            if ((samples == LOOKS / 2 && backlog.grows()) || thresholds.stream().anyMatch(this::isLost)) {
                isCut = true;
                session.stopLoad();
            }
        }

        private boolean isLost(Threshold threshold) {
            return threshold.isLost(aggregate.countsFor(threshold), intended);
        }

        Probe judge() {
            if (session.isStopped()) {
                return new Probe(perSecond, 0, 0, new Probe.Result.Stopped());
            }
            var all = aggregate.all();
            double served = aggregate.rates(Optional.empty()).succeeded();
            double latency = all.ended() == 0 ? 0 : all.latency().getMean();
            return new Probe(perSecond, served, latency, result());
        }

        private Probe.Result result() {
            var verdict = Verdict.of(aggregate, thresholds, file.limits(), List.of());
            if (verdict.kind() == Verdict.Kind.INVALID) {
                return new Probe.Result.Invalid(String.join("; ", verdict.reasons()));
            }
            if (!verdict.reasons().isEmpty()) {
                return new Probe.Result.Breached(String.join("; ", verdict.reasons()));
            }
            for (var outcome : verdict.outcomes()) {
                if (!outcome.held()) {
                    return new Probe.Result.Breached(outcome.threshold().text() + ", measured " + outcome.measured());
                }
            }
            return backlog.grows()
                    ? new Probe.Result.Breached("the backlog grew to " + Quantities.count(inFlight) + " in flight")
                    : new Probe.Result.Held();
        }
    }
}
