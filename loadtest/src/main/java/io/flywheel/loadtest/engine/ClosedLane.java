package io.flywheel.loadtest.engine;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Keeps as many executions going as the profile says: who ends one starts the next. So the load falls when the service
/// slows down, and latencies say nothing about waiting; for a service's limit, not for its users' experience.
public final class ClosedLane {
    private final RateProfile users;
    private final Share share;
    private final Blend blend;
    private final Starter starter;
    private final Clock clock;
    private final long originNanos;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger pumping = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    /// Only the thread that pumps counts.
    private long drawn;

    /// @param users how many executions at a time, as a profile
    public ClosedLane(RateProfile users, Share share, Blend blend, Starter starter, Clock clock, long originNanos) {
        this.users = users;
        this.share = share;
        this.blend = blend;
        this.starter = starter;
        this.clock = clock;
        this.originNanos = originNanos;
        starter.onRelease(_ -> {
            running.decrementAndGet();
            pump();
        });
    }

    /// Adapts to the profile; to be called some times a second, by one thread.
    ///
    /// @return false when the run is over
    public boolean adapt(long nowNanos) {
        pump();
        return !isOver(nowNanos);
    }

    /// Starts nothing more. Any thread.
    public void stop() {
        stopped.set(true);
    }

    private boolean isOver(long nowNanos) {
        return nowNanos - originNanos >= users.lengthNanos() || stopped.get();
    }

    private int target(long nowNanos) {
        return isOver(nowNanos) ? 0 : part(Math.round(users.rateAt(nowNanos - originNanos)));
    }

    /// This share of so many users: all shares together have exactly as many.
    private int part(long all) {
        return (int) (all / share.count() + (share.index() < all % share.count() ? 1 : 0));
    }

    /// Starts what is missing. One thread at a time does it, for all who ask meanwhile: so executions that end at once
    /// do not pile up on a stack.
    private void pump() {
        if (pumping.getAndIncrement() != 0) {
            return;
        }
        int asked = 1;
        do {
            // Asked anew for each: where executions end at once this loop lasts as long as the run.
            for (long now = clock.monotonicNanos(); running.get() < target(now); now = clock.monotonicNanos()) {
                running.incrementAndGet();
                long number = drawn++ * share.count() + share.index();
                if (!starter.start(blend.transaction(number), number, blend.occurrence(number), now)) {
                    running.decrementAndGet();
                    break;
                }
            }
            asked = pumping.addAndGet(-asked);
        } while (asked != 0);
    }
}
