package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Starts what is due of one share of a schedule, whether or not the service keeps up. Given the time it does the same
/// on any clock; one thread drives it.
public final class OpenLane {
    /// There is nothing more to start.
    public static final long NEVER = Long.MAX_VALUE;

    private final RateProfile profile;
    private final Arrivals.Spacing spacing;
    private final long seed;
    private final Blend blend;
    private final Map<String, Integer> transactions;
    private final Starter starter;
    private final long originNanos;
    private final ConcurrentLinkedQueue<Share> laterShares = new ConcurrentLinkedQueue<>();
    private Arrivals arrivals;
    private boolean waiting;
    private @Nullable Share later;

    /// @param transactions the index of each by its name, for traces that say what they recorded
    /// @param originNanos the start of the run by the monotonic clock
    public OpenLane(
            RateProfile profile,
            Arrivals.Spacing spacing,
            long seed,
            Share share,
            Blend blend,
            Map<String, Integer> transactions,
            Starter starter,
            long originNanos) {
        this.profile = profile;
        this.spacing = spacing;
        this.seed = seed;
        this.blend = blend;
        this.transactions = Map.copyOf(transactions);
        this.starter = starter;
        this.originNanos = originNanos;
        this.arrivals = Arrivals.of(profile, spacing, seed, share);
        this.waiting = arrivals.advance();
    }

    /// From the moment on at which it begins, this lane has another share. Any thread; in the order of their moments,
    /// and before the moment has come.
    public void divideAnew(Share share) {
        laterShares.add(share);
    }

    /// Starts or drops everything that is due.
    ///
    /// @return when the next is due, by the monotonic clock, or {@link #NEVER}
    public long startDue(long nowNanos) {
        long elapsed = nowNanos - originNanos;
        while (true) {
            changeShare(elapsed);
            if (!waiting) {
                Share next = later;
                return next == null ? NEVER : originNanos + next.fromNanos();
            }
            if (arrivals.nanos() > elapsed) {
                return originNanos + arrivals.nanos();
            }
            long number = arrivals.number();
            int named = arrivals.transaction().map(transactions::get).orElse(-1);
            if (named >= 0) {
                starter.start(named, number, number, originNanos + arrivals.nanos());
            } else {
                starter.start(
                        blend.transaction(number), number, blend.occurrence(number), originNanos + arrivals.nanos());
            }
            waiting = arrivals.advance();
        }
    }

    /// Leaves the old share for the next where the next arrival is no longer the old one's.
    private void changeShare(long elapsed) {
        if (later == null) {
            later = laterShares.poll();
        }
        Share next = later;
        if (next == null || (waiting ? arrivals.nanos() < next.fromNanos() : elapsed < next.fromNanos())) {
            return;
        }
        arrivals = Arrivals.of(profile, spacing, seed, next);
        waiting = arrivals.advance();
        later = null;
    }
}
