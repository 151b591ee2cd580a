package io.flywheel.loadtest.engine;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Duty;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.UserDuty;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Drives the lanes of one process in real time: one thread keeps the schedule and does nothing else, another looks
/// at timeouts and sends a {@link Delta} each interval, beginning with the start and ending with what ended last.
public final class LoadRun {
    private static final long LOOK_NANOS = 20_000_000;
    /// A sleeping thread is woken this late, so it wakes earlier and spins.
    private static final long SPIN_NANOS = 80_000;

    private static final long SLEEP_NANOS_MAX = 10_000_000;

    private final Clock clock;
    private final LoadPlan plan;
    private final Optional<Duty> duty;
    private final Optional<UserDuty> users;
    private final Starter starter;
    private final Recorder recorder;
    private final Duration interval;
    private final Consumer<Delta> deltas;
    private final Map<String, Integer> transactions = new HashMap<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch scheduleOver = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Optional<OpenLane> open = Optional.empty();
    private volatile Optional<ClosedLane> closed = Optional.empty();
    private volatile Optional<Throwable> crash = Optional.empty();

    /// Of a process that nobody can take its share from.
    ///
    /// @param share of the plan that this process has
    /// @param interval between deltas
    /// @param deltas gets them in order, on a thread of the run
    public LoadRun(
            Clock clock,
            LoadPlan plan,
            Share share,
            List<Subject> subjects,
            Starter starter,
            Recorder recorder,
            Duration interval,
            Consumer<Delta> deltas) {
        this(clock, plan, share, Duty.NEVER, subjects, starter, recorder, interval, deltas);
    }

    /// @param share of the plan that this process has
    /// @param leaseUntilNanos from the start of the run: arrivals are started until then, or until
    ///     {@link #extend} says
    /// @param interval between deltas
    /// @param deltas gets them in order, on a thread of the run
    public LoadRun(
            Clock clock,
            LoadPlan plan,
            Share share,
            long leaseUntilNanos,
            List<Subject> subjects,
            Starter starter,
            Recorder recorder,
            Duration interval,
            Consumer<Delta> deltas) {
        check(subjects.size() == plan.weights().size(), "a weight for each transaction");
        this.clock = clock;
        this.plan = plan;
        this.duty = plan.model() == LoadPlan.Model.OPEN
                ? Optional.of(new Duty(plan.profile(), plan.spacing(), plan.seed(), share, leaseUntilNanos))
                : Optional.empty();
        this.users = plan.model() == LoadPlan.Model.CLOSED
                ? Optional.of(new UserDuty(plan.profile(), share, leaseUntilNanos))
                : Optional.empty();
        this.starter = starter;
        this.recorder = recorder;
        this.interval = interval;
        this.deltas = deltas;
        for (int i = 0; i < subjects.size(); i++) {
            transactions.put(subjects.get(i).name(), i);
        }
    }

    /// Begins; once.
    ///
    /// @param originNanos the start of the run by the monotonic clock; agents that begin together get
    ///     the same moment
    public void start(long originNanos) {
        var blend = new Blend(plan.weights(), plan.seed());
        switch (plan.model()) {
            case OPEN ->
                open = Optional.of(new OpenLane(
                        duty.orElseThrow(), blend, transactions, starter, plan.firstNumber(), originNanos));
            case CLOSED ->
                closed = Optional.of(
                        new ClosedLane(users.orElseThrow(), blend, starter, clock, plan.firstNumber(), originNanos));
        }
        Thread.ofPlatform().name("schedule").daemon().start(() -> {
            try {
                keepSchedule(originNanos);
            } catch (RuntimeException | Error thrown) {
                crashed(thrown);
            } finally {
                scheduleOver.countDown();
            }
        });
        Thread.ofPlatform().name("intervals").daemon().start(() -> {
            try {
                watch(originNanos);
            } catch (RuntimeException | Error thrown) {
                crashed(thrown);
            } finally {
                over.countDown();
            }
        });
    }

    /// Nobody counts any more, or keeps the schedule: then nothing more is to be sent either.
    private void crashed(Throwable thrown) {
        crash = Optional.of(thrown);
        stop();
    }

    private void keepSchedule(long originNanos) {
        sleepUntil(originNanos);
        while (!stopped.get()) {
            long now = clock.monotonicNanos();
            if (open.isPresent()) {
                long due = open.get().startDue(now);
                if (due == OpenLane.NEVER) {
                    // The schedule lasts as long as it says: rates are of its whole length.
                    sleepUntil(originNanos + plan.profile().lengthNanos());
                    return;
                }
                sleepUntil(Math.min(due, now + SLEEP_NANOS_MAX));
            } else {
                if (!closed.orElseThrow().adapt(now)) {
                    return;
                }
                sleepUntil(now + SLEEP_NANOS_MAX);
            }
        }
    }

    private void sleepUntil(long dueNanos) {
        for (long left = dueNanos - clock.monotonicNanos(); left > 0; left = dueNanos - clock.monotonicNanos()) {
            if (stopped.get()) {
                return;
            }
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /// Until everything has ended or been given up.
    private void watch(long originNanos) {
        try (var process = new ProcessWatch(clock)) {
            var boundaries = new Boundaries(plan, interval);
            long next = originNanos + boundaries.after(0);
            long giveUpAt = Long.MAX_VALUE;
            while (true) {
                long now = clock.monotonicNanos();
                starter.expire(now);
                boolean sending = scheduleOver.getCount() > 0;
                if (!sending && giveUpAt == Long.MAX_VALUE) {
                    giveUpAt = now + plan.drain().toNanos();
                }
                boolean done = !sending && (starter.inFlight() == 0 || now >= giveUpAt);
                if (done) {
                    starter.giveUpAll("not ended", "still in flight when the run was over");
                }
                if (done || now >= next) {
                    deltas.accept(recorder.take(Math.max(0, now - originNanos), process.take(starter)));
                    next = originNanos + boundaries.after(now - originNanos);
                }
                if (done) {
                    return;
                }
                LockSupport.parkNanos(Math.min(LOOK_NANOS, Math.max(1, next - now)));
            }
        }
    }

    /// Starts nothing more; what is in flight may end. Idempotent.
    public void stop() {
        stopped.set(true);
        closed.ifPresent(ClosedLane::stop);
    }

    /// From the share's moment on this process has it instead of its old one.
    public void divideAnew(Share next) {
        duty.ifPresent(known -> known.divideAnew(next));
        users.ifPresent(known -> known.divideAnew(next));
    }

    /// The lease lasts until that moment of the run at least.
    public void extend(long untilNanos) {
        duty.ifPresent(known -> known.extend(untilNanos));
        users.ifPresent(known -> known.extend(untilNanos));
    }

    /// Which spans of its share it has kept to. Asked after a delta was taken it has everything that the delta counts.
    public Duty.Kept kept() {
        return users.map(known -> new Duty.Kept(
                        known.kept(), closed.map(ClosedLane::started).orElse(0L)))
                .orElseGet(() -> duty.orElseThrow().kept());
    }

    /// Whether it was stopped before its end.
    public boolean wasStopped() {
        return stopped.get();
    }

    /// Waits for the last delta; false when {@code timeout} passed first.
    ///
    /// @throws IllegalStateException when a thread of the run crashed
    public boolean await(Duration timeout) throws InterruptedException {
        boolean ended = over.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (crash.isPresent()) {
            throw new IllegalStateException("the generator crashed", crash.get());
        }
        return ended;
    }
}
