package io.flywheel.base.simulated;

import java.util.List;

/// Decides who runs next, as a {@link Schedule} says.
final class Turns {
    /// So often may one task go on alone under {@link Schedule.Priorities}: then it falls to the bottom, so that a
    /// loop that waits for another by yielding ends.
    private static final int ALONE_MAX = 2_000;

    private final Schedule schedule;
    private final SeededRandom random;
    private long point;
    private int alone;
    private long lowest;
    private final long[] changes;

    Turns(Schedule schedule, SeededRandom random) {
        this.schedule = schedule;
        this.random = random;
        this.changes = new long[schedule instanceof Schedule.Priorities(int count, int points) ? count : 0];
        if (schedule instanceof Schedule.Priorities(int count, int points)) {
            for (int index = 0; index < count; index++) {
                changes[index] = 1L + random.nextInt(points);
            }
        }
    }

    /// The rank of a new task; the highest runs first.
    long priority() {
        return schedule instanceof Schedule.Priorities ? random.nextLong() >>> 2 : 0;
    }

    /// Whether the task that runs goes on at a point, as the others could too. Where this says no, {@link #next}
    /// chooses among all.
    boolean goesOn(Scheduler.Fiber self, List<Scheduler.Fiber> others) {
        return switch (schedule) {
            case Schedule.Uniform() -> false;
            case Schedule.Seldom(int points) -> others.isEmpty() || random.nextInt(points) > 0;
            case Schedule.InTurn() -> true;
            case Schedule.Priorities _ -> {
                demote(self);
                yield others.stream().noneMatch(other -> other.priority > self.priority);
            }
        };
    }

    private void demote(Scheduler.Fiber self) {
        point++;
        alone++;
        boolean falls = alone > ALONE_MAX;
        for (long change : changes) {
            falls |= change == point;
        }
        if (falls) {
            alone = 0;
            self.priority = --lowest;
        }
    }

    /// The place in {@code runnable}, which is not empty, of the one that runs next.
    int next(List<Scheduler.Fiber> runnable) {
        return switch (schedule) {
            case Schedule.Uniform(), Schedule.Seldom _ -> random.nextInt(runnable.size());
            case Schedule.InTurn() -> 0;
            case Schedule.Priorities _ -> {
                alone = 0;
                int best = 0;
                for (int index = 1; index < runnable.size(); index++) {
                    best = runnable.get(index).priority > runnable.get(best).priority ? index : best;
                }
                yield best;
            }
        };
    }

    /// Whether the order in which tasks became runnable matters.
    boolean keepsOrder() {
        return schedule instanceof Schedule.InTurn;
    }
}
