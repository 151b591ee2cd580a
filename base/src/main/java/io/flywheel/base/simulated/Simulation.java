package io.flywheel.base.simulated;

import io.flywheel.base.Random;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// One run that replays from its seed: a clock, randomness and tasks of which exactly one runs at a time. Several
/// {@link #run}s of one simulation follow one another, as the lives of a process that is started again.
///
/// The run replays only where everything in it goes through these ports: no threads of its own, no iteration over
/// containers that are salted per JVM.
public final class Simulation {
    private final long seed;
    private final SimulatedClock clock = new SimulatedClock();
    private final SeededRandom random;
    private final Scheduler scheduler;
    private final SimulatedTasks tasks;

    public Simulation(long seed) {
        this(seed, new Schedule.Uniform());
    }

    public Simulation(long seed, Schedule schedule) {
        this.seed = seed;
        random = new SeededRandom(seed);
        scheduler = new Scheduler(clock, new Turns(schedule, random.split()));
        tasks = new SimulatedTasks(scheduler);
    }

    public long seed() {
        return seed;
    }

    public SimulatedClock clock() {
        return clock;
    }

    public Random random() {
        return random;
    }

    public SimulatedTasks tasks() {
        return tasks;
    }

    /// Lets this simulation fail with {@link Livelock} when its tasks pass so many points more.
    public void limitPoints(long points) {
        scheduler.limitPoints(points);
    }

    /// Runs {@code body} as the first task and returns what it returned; tasks that are still there then are gone like
    /// those of a killed process. Throws what the body threw, what a task threw that nobody joined, or
    /// {@link Deadlock}; each with the seed that replays it.
    public <T> T run(Callable<T> body) {
        return runUntilCrash(body).orElseThrow(() -> replayable(new IllegalStateException("the run crashed")));
    }

    public void run(Runnable body) {
        run(() -> {
            body.run();
            return true;
        });
    }

    /// As {@link #run}, but empty when {@link #crash} ended it.
    public <T> Optional<T> runUntilCrash(Callable<T> body) {
        try {
            return scheduler.run(body);
        } catch (RuntimeException e) {
            throw replayable(e);
        } catch (Error e) {
            throw replayable(e);
        }
    }

    /// Ends the run at this very moment, as if the process were killed: no task goes on, clean-up code fails at its
    /// first call of a port. Does not return.
    public RuntimeException crash() {
        throw scheduler.crash();
    }

    /// A number that sums up every decision so far: two runs that replay each other have the same.
    public long trace() {
        return scheduler.trace();
    }

    private <E extends Throwable> E replayable(E failure) {
        failure.addSuppressed(new Seed(seed));
        return failure;
    }

    /// Every task waits, and no timer would wake one.
    public static final class Deadlock extends RuntimeException {
        private static final long serialVersionUID = 1;

        Deadlock(List<String> waiting) {
            super("every task waits: " + String.join("; ", waiting));
        }
    }

    /// More points were passed than {@link #limitPoints} allows.
    public static final class Livelock extends RuntimeException {
        private static final long serialVersionUID = 1;

        Livelock(String running) {
            super("no end in sight while " + running + " runs");
        }
    }

    /// Says how to replay the failure that it is attached to.
    public static final class Seed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Seed(long seed) {
            super("replay with seed " + seed + "L", null, false, false);
        }
    }
}
