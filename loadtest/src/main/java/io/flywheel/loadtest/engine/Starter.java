package io.flywheel.loadtest.engine;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesRecorder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/// Starts executions while not too many are in flight, and knows those that are.
public final class Starter {
    /// A transaction and where it is counted.
    record Counted(Subject subject, SeriesRecorder series, long timeoutNanos) {}

    /// Hears what happens to each execution, on whatever thread it happens: must be short.
    public interface Listener {
        default void checked(Execution execution, String name, boolean passed) {}

        default void failed(Execution execution, String kind, String message) {}

        default void succeeded(Execution execution) {}

        /// It had nothing to work on.
        default void starved(Execution execution) {}

        /// A part of it ended.
        default void parted(Execution execution, String name, long nanos, Optional<FailureSample> failure) {}
    }

    private final Clock clock;
    private final Run run;
    private final Recorder recorder;
    private final List<Counted> counted;
    private volatile int inFlightMax;
    private final Listener listener;
    private final Users users = new Users();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger inFlightPeak = new AtomicInteger();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong pausesElsewhere = new AtomicLong();
    private final AtomicLong pauseElsewhereMax = new AtomicLong();
    private final Set<Execution> flying = ConcurrentHashMap.newKeySet();
    private final LagRecorder lag = new LagRecorder();
    private long busyNanos;
    private volatile Consumer<Execution> onRelease = _ -> {};

    /// @param inFlightMax what should start while so many are in flight is dropped
    public Starter(
            Clock clock, Run run, Recorder recorder, List<Subject> subjects, int inFlightMax, Listener listener) {
        check(inFlightMax >= 1, "something may be in flight");
        this.clock = clock;
        this.run = run;
        this.recorder = recorder;
        this.counted = subjects.stream()
                .map(subject -> new Counted(
                        subject,
                        recorder.transaction(subject.name()),
                        subject.timeout().toNanos()))
                .toList();
        this.inFlightMax = inFlightMax;
        this.listener = listener;
        this.busyNanos = busyNanos();
    }

    /// From now on so many may be in flight.
    public void allow(int most) {
        check(most >= 1, "something may be in flight");
        inFlightMax = most;
    }

    /// What a start came to.
    public enum Started {
        /// Too much was in flight.
        DROPPED,
        /// It goes on.
        RUNS,
        /// It held nothing any more when its start came back: this thread released it.
        OVER
    }

    /// Starts an execution, or counts it as dropped.
    ///
    /// @param transaction the index of its subject
    /// @param intendedNanos when it was to start, by the monotonic clock: its latency counts from there
    public Started start(int transaction, long number, long occurrence, long intendedNanos) {
        Counted subject = counted.get(transaction);
        int now = inFlight.incrementAndGet();
        if (now > inFlightMax) {
            inFlight.decrementAndGet();
            subject.series().dropped();
            recordLag(Math.max(0, clock.monotonicNanos() - intendedNanos));
            return Started.DROPPED;
        }
        if (now > inFlightPeak.get()) {
            inFlightPeak.accumulateAndGet(now, Math::max);
        }
        var execution = new Execution(this, subject, number, occurrence, intendedNanos);
        flying.add(execution);
        return execution.start() ? Started.OVER : Started.RUNS;
    }

    /// Fails what takes too long.
    public void expire(long nowNanos) {
        for (Execution execution : flying) {
            if (execution.deadlineNanos() <= nowNanos && !execution.isEnded()) {
                giveUp(execution, "timeout", "no end after its timeout");
            }
        }
    }

    /// Fails everything that is in flight.
    public void giveUpAll(String kind, String message) {
        for (Execution execution : flying) {
            if (!execution.isEnded()) {
                giveUp(execution, kind, message);
            }
        }
    }

    private void giveUp(Execution execution, String kind, String message) {
        execution.neverBegan();
        execution.fail(kind, message);
        execution.body().cancel(execution);
    }

    /// How many have begun and still hold something.
    public int inFlight() {
        return inFlight.get();
    }

    /// The most that were in flight since the last call.
    int takeInFlightPeak() {
        return inFlightPeak.getAndSet(inFlight.get());
    }

    /// How many connections this system refused since the last call.
    public long takeRefusals() {
        return refusals.getAndSet(0);
    }

    /// How long the busiest carrier of executions was busy since the last call, or since this was made.
    long takeBusy() {
        long before = busyNanos;
        busyNanos = busyNanos();
        return busyNanos - before;
    }

    private long busyNanos() {
        return counted.stream()
                .mapToLong(each -> each.subject().body().busyNanos())
                .max()
                .orElse(0);
    }

    /// By how much starts were late since the last call.
    Histogram takeLag() {
        return lag.take();
    }

    /// What is done when an execution holds nothing any more.
    public void onRelease(Consumer<Execution> action) {
        onRelease = action;
    }

    Clock clock() {
        return clock;
    }

    Run run() {
        return run;
    }

    Recorder recorder() {
        return recorder;
    }

    Users users() {
        return users;
    }

    void recordLag(long nanos) {
        lag.record(nanos);
    }

    void refused() {
        refusals.incrementAndGet();
    }

    /// What another process says of itself.
    void elsewhere(long refused, long pauseNanos, long pauseNanosMax) {
        refusals.addAndGet(refused);
        pausesElsewhere.addAndGet(pauseNanos);
        pauseElsewhereMax.accumulateAndGet(pauseNanosMax, Math::max);
    }

    /// How long garbage collection stopped other processes that execute since the last call.
    long takePausesElsewhere() {
        return pausesElsewhere.getAndSet(0);
    }

    /// The longest of these stops.
    long takePauseElsewhereMax() {
        return pauseElsewhereMax.getAndSet(0);
    }

    void succeeded(Execution execution) {
        listener.succeeded(execution);
    }

    void starved(Execution execution) {
        listener.starved(execution);
    }

    void parted(Execution execution, String name, long nanos, Optional<FailureSample> failure) {
        listener.parted(execution, name, nanos, failure);
    }

    void checked(Execution execution, String name, boolean passed) {
        listener.checked(execution, name, passed);
    }

    void failed(Execution execution, String kind, String message) {
        listener.failed(execution, kind, message);
    }

    void ended(Execution execution) {
        flying.remove(execution);
    }

    void released(Execution execution) {
        flying.remove(execution);
        inFlight.decrementAndGet();
        onRelease.accept(execution);
    }
}
