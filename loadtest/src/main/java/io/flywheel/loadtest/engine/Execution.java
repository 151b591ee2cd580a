package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.Measurement;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.User;
import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.SeriesRecorder;
import io.flywheel.loadtest.schedule.Mix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One execution of a transaction, from its intended start to its end. It ends once: what is said later is ignored.
/// A hundred thousand of these may wait at a time, so it makes what it needs only when it is asked.
public final class Execution implements Context {
    private static final int REQUEST_IDS_MAX = 5;
    private static final int ENDED = 1;
    private static final int RELEASED = 2;

    private final Starter starter;
    private final Starter.Counted counted;
    private final long number;
    private final long occurrence;
    private final long intendedNanos;
    private final AtomicInteger state = new AtomicInteger();
    private volatile long startedNanos;
    /// 0 until it was told.
    private volatile long toldEndNanos;
    /// One thread at a time says these; where another gives the execution up, it may miss the last.
    private long sentBytes;

    private long receivedBytes;
    private volatile @Nullable String failedCheck;
    /// Only the thread that it is reads or writes something of meaning here: others see that it is not them.
    private @Nullable Thread starting;

    private boolean releasedInStart;
    /// One thread at a time adds to them, by another list: whoever gives it up sees one or the other.
    private volatile List<String> requestIds = List.of();
    private @Nullable SplittableRandom random;
    private Users.@Nullable Person user;
    private volatile @Nullable Object attachment;

    Execution(Starter starter, Starter.Counted counted, long number, long occurrence, long intendedNanos) {
        this.starter = starter;
        this.counted = counted;
        this.number = number;
        this.occurrence = occurrence;
        this.intendedNanos = intendedNanos;
        this.startedNanos = intendedNanos;
    }

    /// The transaction's name.
    public String transaction() {
        return counted.subject().name();
    }

    /// How many executions of the same transaction came before it in the whole run.
    public long occurrence() {
        return occurrence;
    }

    /// When its time is up, by the monotonic clock.
    public long deadlineNanos() {
        return startedNanos + counted.timeoutNanos();
    }

    Body body() {
        return counted.subject().body();
    }

    /// Something that the body keeps with it.
    public Optional<Object> attachment() {
        return Optional.ofNullable(attachment);
    }

    public void attach(Object object) {
        attachment = object;
    }

    /// The transaction really begins now: what lies between the intended start and this is the generator's lag.
    public void began() {
        beganAt(starter.clock().monotonicNanos());
    }

    /// It really began at that moment, by the monotonic clock, and is told only now.
    public void beganAt(long nanos) {
        startedNanos = nanos;
        starter.recordLag(Math.max(0, nanos - intendedNanos));
    }

    /// It is given up: where it has not even begun, it is late by now.
    void neverBegan() {
        if (startedNanos == intendedNanos) {
            starter.recordLag(starter.clock().monotonicNanos() - intendedNanos);
        }
    }

    /// When it really began; its intended start until that is told.
    public long startedNanos() {
        return startedNanos;
    }

    /// When it was to begin, by the monotonic clock.
    public long intendedNanos() {
        return intendedNanos;
    }

    /// It ended at that moment, by the monotonic clock; how is told now, by the next call.
    public void endedAt(long nanos) {
        toldEndNanos = Math.max(startedNanos, nanos);
    }

    /// What another process, which executes it, says of itself since it last did: this, too, is the generator's.
    ///
    /// @param refusals connections that its system refused
    /// @param pauseNanos how long garbage collection stopped it
    /// @param pauseNanosMax the longest of these stops
    public void executedElsewhere(long refusals, long pauseNanos, long pauseNanosMax) {
        starter.elsewhere(refusals, pauseNanos, pauseNanosMax);
    }

    /// A part of it was measured elsewhere.
    ///
    /// @param failure its kind and message, where it failed
    public void part(String name, long nanos, Optional<FailureSample> failure) {
        if (isEnded()) {
            return;
        }
        var times = new SeriesRecorder.Times(nanos, nanos);
        var part = starter.recorder().part(transaction(), name);
        failure.ifPresentOrElse(sample -> part.failed(times, 0, 0, sample), () -> part.succeeded(times, 0, 0));
        starter.parted(this, name, nanos, failure);
    }

    /// A failure of it as reports name it.
    public FailureSample sample(String kind, String message) {
        return new FailureSample(number, starter.clock().unixMillis(), kind, message, requestIds());
    }

    /// It has done what it should; a check that did not hold makes it a failure all the same.
    ///
    /// @return whether it counts as a success
    public boolean succeed() {
        String check = failedCheck;
        if (check != null) {
            fail("check: " + check, check);
            return false;
        }
        if (!end()) {
            return false;
        }
        counted.series().succeeded(times(), sentBytes, receivedBytes);
        ended();
        starter.succeeded(this);
        return true;
    }

    public void fail(Throwable cause) {
        if (FailureKind.isOwnSystems(cause)) {
            starter.refused();
        }
        fail(FailureKind.of(cause), FailureKind.message(cause));
    }

    /// @param kind errors are counted by it
    public void fail(String kind, String message) {
        if (end()) {
            counted.series().failed(times(), sentBytes, receivedBytes, sample(kind, message));
            ended();
            starter.failed(this, kind, message);
        }
    }

    /// There was nothing to work on: it was not started.
    public void starve() {
        if (end()) {
            counted.series().starved();
            ended();
            starter.starved(this);
        }
    }

    /// The body holds nothing of it any more. Until then it counts as in flight.
    public void release() {
        int before = state.getAndUpdate(bits -> bits | RELEASED);
        if ((before & RELEASED) == 0) {
            releasedInStart = Thread.currentThread().equals(starting);
            Users.Person person = user;
            if (person != null) {
                starter.users().giveBack(person);
            }
            starter.released(this);
        }
    }

    /// Starts it on this thread.
    ///
    /// @return whether it was released meanwhile, by this thread
    boolean start() {
        starting = Thread.currentThread();
        try {
            body().start(this);
        } catch (RuntimeException | Error thrown) {
            fail(thrown);
            release();
        } finally {
            starting = null;
        }
        return releasedInStart;
    }

    /// Asked when it is released: whether this happens within its start.
    boolean isReleasedInStart() {
        return releasedInStart;
    }

    public boolean isEnded() {
        return (state.get() & ENDED) != 0;
    }

    private boolean end() {
        return (state.getAndUpdate(bits -> bits | ENDED) & ENDED) == 0;
    }

    private void ended() {
        starter.ended(this);
    }

    private SeriesRecorder.Times times() {
        long told = toldEndNanos;
        long now = told == 0 ? starter.clock().monotonicNanos() : told;
        return new SeriesRecorder.Times(now - intendedNanos, now - startedNanos);
    }

    /// The last few.
    public List<String> requestIds() {
        return requestIds;
    }

    @Override
    public Run run() {
        return starter.run();
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public RandomGenerator random() {
        SplittableRandom made = random;
        if (made == null) {
            made = new SplittableRandom(
                    Mix.of(starter.run().seed(), transaction().hashCode(), number));
            random = made;
        }
        return made;
    }

    @Override
    public User user() {
        Users.Person taken = user;
        if (taken == null) {
            taken = starter.users().take();
            user = taken;
        }
        return taken;
    }

    @Override
    public boolean check(String name, boolean passed) {
        if (!isEnded()) {
            counted.series().checked(name, passed);
            starter.checked(this, name, passed);
            if (!passed && failedCheck == null) {
                failedCheck = name;
            }
        }
        return passed;
    }

    @Override
    public Measurement begin(String name) {
        return new Part(name, starter.clock().monotonicNanos());
    }

    @Override
    public void requestId(String id) {
        if (isEnded()) {
            return;
        }
        var ids = new ArrayList<>(requestIds);
        if (ids.size() == REQUEST_IDS_MAX) {
            ids.removeFirst();
        }
        ids.add(id);
        requestIds = List.copyOf(ids);
    }

    /// Bytes of payload so far.
    public long sentBytes() {
        return sentBytes;
    }

    /// Bytes of payload so far.
    public long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public void sent(long bytes) {
        sentBytes += bytes;
    }

    @Override
    public void received(long bytes) {
        receivedBytes += bytes;
    }

    /// A part that is being measured.
    private final class Part implements Measurement {
        private final String name;
        private final long beganNanos;
        private boolean over;

        Part(String name, long beganNanos) {
            this.name = name;
            this.beganNanos = beganNanos;
        }

        @Override
        public void end() {
            if (isFirst()) {
                part(name, starter.clock().monotonicNanos() - beganNanos, Optional.empty());
            }
        }

        @Override
        public void fail(Throwable cause) {
            if (isFirst()) {
                var sample = sample(FailureKind.of(cause), FailureKind.message(cause));
                part(name, starter.clock().monotonicNanos() - beganNanos, Optional.of(sample));
            }
        }

        private boolean isFirst() {
            boolean first = !over && !isEnded();
            over = true;
            return first;
        }
    }
}
