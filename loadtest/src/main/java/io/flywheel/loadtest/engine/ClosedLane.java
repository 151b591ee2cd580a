package io.flywheel.loadtest.engine;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.UserDuty;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps as many executions going as the profile says: who ends one starts the next. So the load falls when the service
/// slows down, and latencies say nothing about waiting; for a service's limit, not for its users' experience.
public final class ClosedLane {
    private final UserDuty duty;
    private final Blend blend;
    private final Starter starter;
    private final Clock clock;
    private final long originNanos;
    private final long firstNumber;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ReentrantLock drawing = new ReentrantLock();
    private final AtomicLong drawn = new AtomicLong();

    /// @param duty how many executions at a time
    /// @param firstNumber executions are numbered from there
    /// @param originNanos the start of the run by the monotonic clock
    public ClosedLane(UserDuty duty, Blend blend, Starter starter, Clock clock, long firstNumber, long originNanos) {
        this.duty = duty;
        this.blend = blend;
        this.starter = starter;
        this.clock = clock;
        this.firstNumber = firstNumber;
        this.originNanos = originNanos;
        starter.onRelease(execution -> {
            // Whose start has not come back yet is seen there: so no stack grows where executions end at once.
            if (!execution.isReleasedInStart()) {
                goOn();
            }
        });
    }

    /// Adapts to the duty; to be called some times a second, by one thread.
    ///
    /// @return false when the run is over
    public boolean adapt(long nowNanos) {
        duty.look(nowNanos - originNanos);
        // Asked anew for each: where executions end at once this loop lasts as long as the run.
        for (long now = nowNanos; running.get() < target(now); now = clock.monotonicNanos()) {
            running.incrementAndGet();
            var started = start(now);
            if (started != Starter.Started.RUNS) {
                running.decrementAndGet();
            }
            if (started == Starter.Started.DROPPED) {
                break;
            }
        }
        return !isOver(nowNanos);
    }

    /// How many were started, or dropped instead. Any thread.
    long started() {
        return drawn.get();
    }

    /// Starts nothing more. Any thread.
    public void stop() {
        stopped.set(true);
    }

    private boolean isOver(long nowNanos) {
        return duty.isOver(nowNanos - originNanos) || stopped.get();
    }

    private int target(long nowNanos) {
        return stopped.get() ? 0 : duty.usersAt(nowNanos - originNanos);
    }

    /// A user whose execution has ended starts the next, on the thread on which it ended: so the users stay divided
    /// over the threads of a client as they were at first.
    private void goOn() {
        var started = Starter.Started.OVER;
        while (started == Starter.Started.OVER) {
            long now = clock.monotonicNanos();
            if (leaves(target(now))) {
                return;
            }
            started = start(now);
        }
        if (started == Starter.Started.DROPPED) {
            running.decrementAndGet();
        }
    }

    /// Whether one of them goes, as they are more than so many.
    private boolean leaves(int target) {
        int now = running.get();
        while (now > target) {
            if (running.compareAndSet(now, now - 1)) {
                return true;
            }
            now = running.get();
        }
        return false;
    }

    private Starter.Started start(long nowNanos) {
        long number;
        int transaction;
        long occurrence;
        drawing.lock();
        try {
            // Which no other process has: shares of an epoch count in turn, an epoch's numbers are not another's.
            Share share = duty.shareAt(nowNanos - originNanos);
            number = ((long) share.epoch() << 40) + drawn.getAndIncrement() * share.count() + share.index();
            transaction = blend.transaction(number);
            occurrence = blend.occurrence(number);
        } finally {
            drawing.unlock();
        }
        return starter.start(transaction, firstNumber + number, occurrence, nowNanos);
    }
}
