package io.flywheel.background;

import io.flywheel.base.Clock;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;

/// Gives the space of deleted values back: the disk's own reclamation, a step at a time.
///
/// What it and the merging of the index's tables write stays within a budget of bytes a second, and it rests after
/// each step as long as the step took, which is longer on a disk that others use. As free space shrinks, both give
/// way: writers never wait for a budget.
public final class Compact implements Worker {
    /// How often a disk in use is looked at, and a rest is reconsidered.
    private static final Duration LOOK = Duration.ofMillis(20);
    /// The same while free space shrinks.
    private static final Duration LOOK_SHARP = Duration.ofMillis(2);

    private final ShardStore store;
    private final Clock clock;
    private final Budget budget;
    private long movedBytes;
    private long freeBytes;
    private long restUntilNanos;

    /// @param bytesPerSecond that may be written while plenty of space is free
    public Compact(ShardStore store, Clock clock, long bytesPerSecond) {
        this.store = store;
        this.clock = clock;
        this.budget = new Budget(clock, bytesPerSecond);
        this.restUntilNanos = clock.monotonicNanos();
    }

    @Override
    public String name() {
        return "compact";
    }

    @Override
    public Step step() {
        var rest = rest();
        if (rest.isPositive()) {
            var look = store.reclamation().pressure() > 0 ? LOOK_SHARP : LOOK;
            return new Step.Throttled(rest.compareTo(look) < 0 ? rest : look);
        }
        long began = clock.monotonicNanos();
        boolean didSomething = store.reclaim();
        long ended = clock.monotonicNanos();
        restUntilNanos = ended + (ended - began);
        return didSomething ? new Step.Throttled(Duration.ZERO) : nothingToDo();
    }

    /// How long to leave the disk to others.
    private Duration rest() {
        var reclamation = store.reclamation();
        budget.open(reclamation.pressure());
        budget.take(reclamation.movedBytes() - movedBytes);
        movedBytes = reclamation.movedBytes();
        long restNanos = restUntilNanos - clock.monotonicNanos();
        var owed = Duration.ofNanos((long) (Math.max(0, restNanos) * (1 - reclamation.pressure())));
        return owed.compareTo(budget.delay()) < 0 ? budget.delay() : owed;
    }

    private Step nothingToDo() {
        long before = freeBytes;
        freeBytes = store.space().freeBytes();
        if (before == freeBytes) {
            return new Step.Idle();
        }
        return new Step.Throttled(store.reclamation().pressure() > 0 ? LOOK_SHARP : LOOK);
    }
}
