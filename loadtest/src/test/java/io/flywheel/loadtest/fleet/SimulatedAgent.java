package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Latencies;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.schedule.Duty;
import io.flywheel.loadtest.schedule.Mix;
import io.flywheel.loadtest.schedule.UserDuty;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An agent's process, in simulated time: keeps to its duty, reports each second, and can be paused or killed.
final class SimulatedAgent {
    static final long SERVICE_NANOS_MAX = 300_000_000;

    /// Hears of each start.
    interface Truth {
        void started(long number, long latencyNanos);
    }

    private record Ending(long atNanos, long latencyNanos) {}

    final String name;
    final Participation participation;
    private final LoadPlan plan;
    private final Truth truth;
    private final long reportNanos;
    private final double rate;
    private final long offsetNanos;
    private final PriorityQueue<Ending> flying =
            new PriorityQueue<>((one, other) -> Long.compare(one.atNanos(), other.atNanos()));
    private final Map<Long, Long> ended = new TreeMap<>();
    private @Nullable Duty duty;
    private @Nullable UserDuty users;
    private long drawn;
    private long originNanos;
    private long reportedUntil;
    private long sequence;
    private long counted;
    private long endedCount;
    private boolean stopped;
    private boolean lastReported;
    long stoppedAtTrueNanos = Long.MAX_VALUE;
    long startedAtTrueNanos = Long.MAX_VALUE;
    long leftAtTrueNanos = Long.MAX_VALUE;
    private long diesAt = Long.MAX_VALUE;
    private long leavesAt = Long.MAX_VALUE;
    boolean dead;
    boolean left;
    long frozenUntil;

    /// @param rate of its clock against the true one
    /// @param offsetNanos of its clock
    SimulatedAgent(
            String name,
            FleetOptions options,
            LoadPlan plan,
            Truth truth,
            Duration report,
            double rate,
            long offsetNanos) {
        this.name = name;
        this.plan = plan;
        this.truth = truth;
        this.reportNanos = report.toNanos();
        this.rate = rate;
        this.offsetNanos = offsetNanos;
        this.participation = new Participation(name, options, local(0));
    }

    /// From then on it does nothing.
    void dieAt(long trueNanos) {
        diesAt = trueNanos;
    }

    /// Then it is told to go.
    void leaveAt(long trueNanos) {
        leavesAt = trueNanos;
    }

    long local(long trueNanos) {
        return offsetNanos + (long) (trueNanos * rate);
    }

    boolean runs(long trueNanos) {
        return !dead && !left && trueNanos >= frozenUntil && trueNanos < diesAt;
    }

    void obey(List<Action> actions, long trueNanos) {
        for (Action action : actions) {
            switch (action) {
                case Action.Prepare _ -> participation.prepared();
                case Action.Start(long origin, var share, long lease) -> {
                    originNanos = origin;
                    startedAtTrueNanos = (long) ((origin - offsetNanos) / rate);
                    if (plan.model() == LoadPlan.Model.OPEN) {
                        duty = new Duty(plan.profile(), plan.spacing(), plan.seed(), share, lease);
                    } else {
                        users = new UserDuty(plan.profile(), share, lease);
                    }
                }
                case Action.Divide(var share) -> {
                    if (duty != null) {
                        duty.divideAnew(share);
                    } else {
                        Objects.requireNonNull(users).divideAnew(share);
                    }
                }
                case Action.Extend(long lease) -> {
                    if (duty != null) {
                        duty.extend(lease);
                    } else {
                        Objects.requireNonNull(users).extend(lease);
                    }
                }
                case Action.Stop _ -> {
                    stopped = true;
                    stoppedAtTrueNanos = trueNanos;
                }
                case Action.Finish _ -> participation.finished("", new Workload.Cleaned(1, 0), false);
                case Action.Leave _ -> {
                    left = true;
                    leftAtTrueNanos = trueNanos;
                }
            }
        }
    }

    /// Starts what is due, ends what ends, reports.
    void work(long trueNanos) {
        if (trueNanos >= leavesAt) {
            participation.leave(local(trueNanos));
        }
        if ((duty == null && users == null) || lastReported) {
            return;
        }
        long elapsed = local(trueNanos) - originNanos;
        if (elapsed < 0) {
            return;
        }
        if (!stopped) {
            start(elapsed);
        }
        while (!flying.isEmpty() && flying.element().atNanos() <= elapsed) {
            ended.merge(flying.remove().latencyNanos(), 1L, Long::sum);
            endedCount++;
        }
        boolean scheduleOver = duty != null
                ? duty.dueNanos() == Duty.NEVER
                : Objects.requireNonNull(users).isOver(elapsed);
        boolean over = (stopped || scheduleOver) && flying.isEmpty();
        if (over || elapsed - reportedUntil >= reportNanos) {
            report(elapsed, over);
        }
    }

    private void start(long elapsed) {
        if (duty != null) {
            duty.look(elapsed);
            while (duty.next()) {
                start(duty.number(), elapsed - duty.nanos(), elapsed);
            }
        }
        if (users != null) {
            users.look(elapsed);
            while (flying.size() < users.usersAt(elapsed)) {
                var share = users.shareAt(elapsed);
                start(((long) share.epoch() << 40) + drawn++ * share.count() + share.index(), 0, elapsed);
            }
        }
    }

    private void start(long number, long late, long elapsed) {
        long service = Math.floorMod(Mix.of(number, plan.seed()), SERVICE_NANOS_MAX);
        truth.started(number, late + service);
        flying.add(new Ending(elapsed + service, late + service));
    }

    /// What it has really kept to.
    Duty.Kept kept() {
        if (users != null) {
            return new Duty.Kept(users.kept(), drawn);
        }
        return duty == null ? new Duty.Kept(List.of(), 0) : duty.kept();
    }

    private void report(long elapsed, boolean last) {
        var latency = Latencies.empty();
        ended.forEach(latency::recordValueWithCount);
        ended.clear();
        var series = new SeriesDelta(latency, latency, 0, 0, 0, 0, 0, Map.of(), Map.of(), List.of());
        counted = endedCount;
        var kept = kept();
        participation.report(FromAgent.Report.of(
                new Delta(name, sequence++, reportedUntil, elapsed, Map.of("get", series), GeneratorHealth.nothing()),
                kept.spans(),
                kept.started() - counted,
                last));
        reportedUntil = elapsed;
        lastReported = last;
    }
}
