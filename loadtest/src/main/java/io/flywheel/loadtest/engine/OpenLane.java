package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.schedule.Blend;
import io.flywheel.loadtest.schedule.Duty;
import java.util.Map;

/// Starts what is due of one share of a schedule, whether or not the service keeps up. Given the time it does the same
/// on any clock; one thread drives it.
public final class OpenLane {
    /// There is nothing more to start.
    public static final long NEVER = Long.MAX_VALUE;

    /// A lane that is behind looks up after so many: it may have been stopped meanwhile.
    static final int STARTS_MAX = 4_096;

    private final Duty duty;
    private final Blend blend;
    private final Map<String, Integer> transactions;
    private final Starter starter;
    private final long firstNumber;
    private final long originNanos;

    /// @param transactions the index of each by its name, for traces that say what they recorded
    /// @param firstNumber executions are numbered from there
    /// @param originNanos the start of the run by the monotonic clock
    public OpenLane(
            Duty duty,
            Blend blend,
            Map<String, Integer> transactions,
            Starter starter,
            long firstNumber,
            long originNanos) {
        this.duty = duty;
        this.blend = blend;
        this.transactions = Map.copyOf(transactions);
        this.starter = starter;
        this.firstNumber = firstNumber;
        this.originNanos = originNanos;
    }

    /// Starts or drops everything that is due, or {@link #STARTS_MAX} of it.
    ///
    /// @return when the next is due, by the monotonic clock, or {@link #NEVER}
    public long startDue(long nowNanos) {
        duty.look(nowNanos - originNanos);
        int starts = 0;
        while (starts < STARTS_MAX && duty.next()) {
            start(duty.number(), originNanos + duty.nanos());
            starts++;
        }
        long due = starts == STARTS_MAX ? duty.pause() : duty.dueNanos();
        return due == Duty.NEVER ? NEVER : originNanos + due;
    }

    private void start(long number, long intendedNanos) {
        int named = duty.transaction().map(transactions::get).orElse(-1);
        if (named >= 0) {
            starter.start(named, firstNumber + number, duty.occurrence(), intendedNanos);
        } else {
            starter.start(blend.transaction(number), firstNumber + number, blend.occurrence(number), intendedNanos);
        }
    }
}
