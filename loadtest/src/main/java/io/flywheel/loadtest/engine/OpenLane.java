package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Duty;
import java.util.Map;

/// Starts what is due of one share of a schedule, whether or not the service keeps up. Given the time it does the same
/// on any clock; one thread drives it.
public final class OpenLane {
    /// There is nothing more to start.
    public static final long NEVER = Long.MAX_VALUE;

    private final Duty duty;
    private final Blend blend;
    private final Map<String, Integer> transactions;
    private final Starter starter;
    private final long originNanos;

    /// @param transactions the index of each by its name, for traces that say what they recorded
    /// @param originNanos the start of the run by the monotonic clock
    public OpenLane(Duty duty, Blend blend, Map<String, Integer> transactions, Starter starter, long originNanos) {
        this.duty = duty;
        this.blend = blend;
        this.transactions = Map.copyOf(transactions);
        this.starter = starter;
        this.originNanos = originNanos;
    }

    /// Starts or drops everything that is due.
    ///
    /// @return when the next is due, by the monotonic clock, or {@link #NEVER}
    public long startDue(long nowNanos) {
        duty.look(nowNanos - originNanos);
        while (duty.next()) {
            long number = duty.number();
            int named = duty.transaction().map(transactions::get).orElse(-1);
            if (named >= 0) {
                starter.start(named, number, number, originNanos + duty.nanos());
            } else {
                starter.start(blend.transaction(number), number, blend.occurrence(number), originNanos + duty.nanos());
            }
        }
        long due = duty.dueNanos();
        return due == Duty.NEVER ? NEVER : originNanos + due;
    }
}
