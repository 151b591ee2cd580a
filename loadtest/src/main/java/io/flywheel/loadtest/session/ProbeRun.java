package io.flywheel.loadtest.session;

import io.flywheel.loadtest.capacity.Backlog;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import java.time.Duration;
import java.util.Optional;

/// One probe of a search for a capacity: the load of a run file at one rate, a while to settle, then measured, and cut
/// short as soon as a threshold is lost or the backlog grows. Not for several threads at a time.
public final class ProbeRun {
    /// How often a probe is looked at.
    private static final int LOOKS = 24;

    /// Fewer starts say little: slow rates are measured for longer, up to so many times as long as wanted.
    private static final int STARTS_MIN = 100;

    private static final int LONGER_MAX = 10;

    private final double perSecond;
    private final double intended;
    private final RunFile run;
    private final Backlog backlog;
    private int samples;
    private long inFlightMax;
    private boolean decided;

    /// @param file whose capacity is searched for
    /// @param draw each probe of a search has one of its own
    /// @param lookMin how often it can be looked at
    public ProbeRun(RunFile file, double perSecond, int draw, Duration lookMin) {
        var measured = measured(file, perSecond);
        var look = measured.dividedBy(LOOKS);
        this.perSecond = perSecond;
        this.backlog = new Backlog(perSecond);
        this.intended = perSecond * measured.toNanos() / 1e9;
        this.run = file.probe(perSecond, measured, draw, look.compareTo(lookMin) < 0 ? lookMin : look);
    }

    private static Duration measured(RunFile file, double perSecond) {
        var wanted = file.capacity().probe();
        double enough = STARTS_MIN / perSecond;
        double most = LONGER_MAX * (wanted.toNanos() / 1e9);
        var longer = Duration.ofNanos(Math.round(Math.min(enough, most) * 1e9));
        return longer.compareTo(wanted) > 0 ? longer : wanted;
    }

    /// What is run. Its interval is how often it is looked at.
    public RunFile run() {
        return run;
    }

    /// Looks at it.
    ///
    /// @param soFar what was counted until now
    /// @param fromNanos since when something was added, in the run
    /// @param executions in flight
    /// @return whether what it comes to is decided: nothing more has to be started
    public boolean look(Aggregate soFar, long fromNanos, long toNanos, long executions) {
        boolean isMeasured = fromNanos >= run.load().warmup().toNanos()
                && toNanos <= run.load().profile().lengthNanos();
        if (isMeasured && !decided) {
            inFlightMax = Math.max(inFlightMax, executions);
            backlog.sample(executions);
            samples++;
            decided = (samples == LOOKS / 2 && backlog.grows())
                    || run.thresholds().stream().anyMatch(threshold -> isLost(threshold, soFar));
        }
        return decided;
    }

    private boolean isLost(Threshold threshold, Aggregate soFar) {
        return threshold.isLost(soFar.countsFor(threshold), intended);
    }

    /// What it came to.
    ///
    /// @param counted in all of it
    public Probe judge(Aggregate counted, Verdict verdict) {
        var all = counted.all();
        double served = counted.rates(Optional.empty()).succeeded();
        double latency = all.ended() == 0 ? 0 : all.latency().getMean();
        return new Probe(perSecond, served, latency, result(verdict));
    }

    /// Somebody stopped it before it came to anything.
    public Probe stopped() {
        return new Probe(perSecond, 0, 0, new Probe.Result.Stopped());
    }

    private Probe.Result result(Verdict verdict) {
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
                ? new Probe.Result.Breached("the backlog grew to " + Quantities.count(inFlightMax) + " in flight")
                : new Probe.Result.Held();
    }
}
