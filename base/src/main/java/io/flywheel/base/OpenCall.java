package io.flywheel.base;

import io.flywheel.base.Transport.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// The caller's side of a call, the same for every {@link Transport}: the first outcome counts, and the buffers are
/// released once.
public final class OpenCall implements Transport.Call {
    private final Clock clock;
    private final long deadlineNanos;
    private final Tasks.Promise<Outcome> outcome;
    private final Tasks.Promise<Boolean> release;
    private final Runnable whenReleased;
    private final AtomicBoolean isReleased = new AtomicBoolean();

    /// @param deadlineNanos by the monotonic clock
    /// @param whenReleased runs once, before anybody learns that the buffers are released
    public OpenCall(Tasks tasks, Clock clock, long deadlineNanos, Runnable whenReleased) {
        this.clock = clock;
        this.deadlineNanos = deadlineNanos;
        this.outcome = tasks.promise();
        this.release = tasks.promise();
        this.whenReleased = whenReleased;
    }

    /// A deadline so far from now; saturated.
    public static long deadline(Clock clock, Duration timeout) {
        long now = clock.monotonicNanos();
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : now + timeout.toNanos();
    }

    /// Gives the call its outcome unless it has one. Does not release it.
    public boolean settle(Outcome settled) {
        return outcome.complete(settled);
    }

    /// Gives the buffers back to the caller. Idempotent.
    public void release() {
        if (isReleased.compareAndSet(false, true)) {
            whenReleased.run();
            release.complete(true);
        }
    }

    public boolean isWanted() {
        return !outcome.isDone() && clock.monotonicNanos() < deadlineNanos;
    }

    @Override
    public Outcome await() {
        try {
            var settled = outcome.await(Duration.ofNanos(Math.max(0, deadlineNanos - clock.monotonicNanos())));
            if (settled.isPresent()) {
                return settled.get();
            }
            settle(new Outcome.TimedOut());
            return outcome.await();
        } catch (Tasks.Cancelled cancelled) {
            cancel();
            throw cancelled;
        }
    }

    @Override
    public void cancel() {
        settle(new Outcome.Cancelled());
    }

    @Override
    public boolean isDone() {
        return outcome.isDone();
    }

    @Override
    public void onDone(Runnable action) {
        outcome.onDone(action);
    }

    @Override
    public void awaitRelease() {
        Tasks.Cancelled held = null;
        while (true) {
            try {
                release.await();
                break;
            } catch (Tasks.Cancelled cancelled) {
                held = cancelled;
            }
        }
        if (held != null) {
            throw held;
        }
    }

    @Override
    public void onReleased(Runnable action) {
        release.onDone(action);
    }
}
