package io.flywheel.base.simulated;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lets exactly one task run at a time. Each task is a virtual thread that runs while it holds the baton; whoever holds
/// the baton may touch everything here without locks, and hands it on at every point.
final class Scheduler {
    /// Why a task that waited goes on.
    enum Wake {
        SIGNALLED,
        TIMED_OUT,
        CANCELLED
    }

    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final SimulatedClock clock;
    private final Turns turns;
    private final List<Fiber> live = new ArrayList<>();
    private final List<Fiber> runnable = new ArrayList<>();
    private final List<Fiber> unjoined = new ArrayList<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long sequence;
    private long trace;
    private long pointsLeft = Long.MAX_VALUE;
    private boolean running;
    private boolean ending;
    private boolean crashed;
    private @Nullable Fiber holder;
    private @Nullable Throwable failure;
    private @Nullable Thread runner;
    private volatile boolean ended;

    Scheduler(SimulatedClock clock, Turns turns) {
        this.clock = clock;
        this.turns = turns;
    }

    /// After so many more points a run fails with {@link Simulation.Livelock}.
    void limitPoints(long points) {
        pointsLeft = points;
    }

    SimulatedClock clock() {
        return clock;
    }

    long trace() {
        return trace;
    }

    /// Runs until the body ended or the run crashed; the calling thread waits meanwhile.
    <T> Optional<T> run(Callable<T> body) {
        checkState(!running, "one run at a time");
        running = true;
        ending = false;
        crashed = false;
        ended = false;
        failure = null;
        runner = Thread.currentThread();
        var result = new ArrayList<T>(1);
        Fiber main = spawn("main", () -> {
            try {
                result.add(body.call());
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                ending = true;
            }
        });
        main.isMain = true;
        next();
        while (!ended) {
            LockSupport.park(this);
        }
        timers.clear();
        runnable.clear();
        running = false;
        for (Fiber fiber : live) {
            checkState(fiber.done, "every task has unwound");
        }
        live.clear();
        return outcome(result);
    }

    private <T> Optional<T> outcome(List<T> result) {
        return switch (failure) {
            case null -> result.isEmpty() || crashed ? Optional.empty() : Optional.of(result.getFirst());
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        };
    }

    Fiber spawn(String name, Runnable body) {
        var fiber = new Fiber(this, name, sequence++, body);
        live.add(fiber);
        runnable.add(fiber);
        return fiber;
    }

    /// The task that runs now. Calls from outside a run may not wait.
    Fiber current() {
        Fiber fiber = holder;
        if (fiber == null || !fiber.thread.equals(Thread.currentThread())) {
            throw new IllegalStateException("only a task of the simulation may do this");
        }
        return fiber;
    }

    /// Where another task may run. Outside a run, nothing.
    void point() {
        if (!running) {
            return;
        }
        Fiber self = current();
        self.dieIfEnded();
        if (--pointsLeft < 0) {
            pointsLeft = Long.MAX_VALUE;
            failure = new Simulation.Livelock(self.name);
            ending = true;
            throw new Killed();
        }
        if (turns.goesOn(self, runnable)) {
            return;
        }
        runnable.add(self);
        handOver(self);
    }

    /// Waits among {@code waiters} until woken.
    Wake block(List<Fiber> waiters, String what, long deadlineNanos, boolean cancellable) {
        Fiber self = current();
        self.dieIfEnded();
        if (cancellable && self.cancelRequested) {
            self.cancelRequested = false;
            return Wake.CANCELLED;
        }
        self.waitsFor = what;
        self.waiters = waiters;
        self.cancellable = cancellable;
        waiters.add(self);
        if (deadlineNanos != NO_DEADLINE) {
            timers.add(new Timer(deadlineNanos, sequence++, self, ++self.waitNumber));
        } else {
            self.waitNumber++;
        }
        handOver(self);
        return self.wake;
    }

    void wake(Fiber fiber, Wake wake) {
        List<Fiber> waiters = fiber.waiters;
        if (waiters != null) {
            waiters.remove(fiber);
            fiber.waiters = null;
            fiber.wake = wake;
            fiber.waitNumber++;
            runnable.add(fiber);
        }
    }

    void wakeAll(List<Fiber> waiters) {
        List.copyOf(waiters).forEach(fiber -> wake(fiber, Wake.SIGNALLED));
    }

    void cancel(Fiber fiber) {
        if (fiber.waiters != null && fiber.cancellable) {
            wake(fiber, Wake.CANCELLED);
        } else {
            fiber.cancelRequested = true;
        }
    }

    Killed crash() {
        current();
        crashed = true;
        ending = true;
        throw new Killed();
    }

    /// The end of a task; the last thing its thread does.
    void finished(Fiber fiber, @Nullable Throwable thrown) {
        fiber.done = true;
        live.remove(fiber);
        fiber.failure = thrown;
        if (thrown != null && fiber.isMain && failure == null) {
            failure = thrown;
        } else if (thrown != null && !ending) {
            unjoined.add(fiber);
        }
        wakeAll(fiber.joiners);
        next();
    }

    private void handOver(Fiber self) {
        self.hasBaton = false;
        next();
        self.awaitBaton();
        self.dieIfEnded();
    }

    /// Picks who runs next and gives the baton away.
    private void next() {
        if (ending) {
            unwind();
            return;
        }
        while (runnable.isEmpty()) {
            Timer timer = timers.poll();
            if (timer == null) {
                failure = new Simulation.Deadlock(
                        live.stream().map(Fiber::describe).toList());
                for (Fiber fiber : unjoined) {
                    failure.addSuppressed(fiber.failure);
                }
                ending = true;
                unwind();
                return;
            }
            if (timer.fiber.waitNumber == timer.waitNumber) {
                clock.advanceTo(timer.deadlineNanos);
                wake(timer.fiber, Wake.TIMED_OUT);
            }
        }
        fireDueTimers();
        int chosen = turns.next(runnable);
        Fiber fiber = runnable.get(chosen);
        if (turns.keepsOrder()) {
            runnable.remove(chosen);
        } else {
            runnable.set(chosen, runnable.getLast());
            runnable.removeLast();
        }
        trace = (trace ^ fiber.number) * 0x100000001B3L + clock.monotonicNanos();
        give(fiber);
    }

    /// All timers of one moment fire together, so that their tasks run in any order and beside each other.
    private void fireDueTimers() {
        for (Timer due = timers.peek();
                due != null && due.deadlineNanos <= clock.monotonicNanos();
                due = timers.peek()) {
            timers.remove();
            if (due.fiber.waitNumber == due.waitNumber) {
                wake(due.fiber, Wake.TIMED_OUT);
            }
        }
    }

    /// Lets what is left of the tasks fail at their next call, one after the other.
    private void unwind() {
        while (!live.isEmpty()) {
            Fiber first = live.getFirst();
            if (first.started) {
                give(first);
                return;
            }
            first.done = true;
            live.removeFirst();
        }
        holder = null;
        for (Fiber fiber : unjoined) {
            if (failure == null && !fiber.joined && !crashed) {
                failure = fiber.failure;
            }
        }
        unjoined.clear();
        ended = true;
        LockSupport.unpark(runner);
    }

    private void give(Fiber fiber) {
        Fiber before = holder;
        holder = fiber;
        fiber.hasBaton = true;
        if (!fiber.started) {
            fiber.started = true;
            fiber.thread.start();
        } else if (fiber != before) {
            LockSupport.unpark(fiber.thread);
        }
    }

    private record Timer(long deadlineNanos, long sequence, Fiber fiber, long waitNumber) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byDeadline = Long.compare(deadlineNanos, other.deadlineNanos);
            return byDeadline != 0 ? byDeadline : Long.compare(sequence, other.sequence);
        }
    }

    /// Unwinds a task of a run that is over. An error, so that code that survives exceptions does not survive this.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("the run is over", null, false, false);
        }
    }

    /// One task of the simulation.
    static final class Fiber implements Tasks.Task {
        final Scheduler scheduler;
        final String name;
        final long number;
        final Thread thread;
        final List<Fiber> joiners = new ArrayList<>();
        volatile boolean hasBaton;
        String waitsFor = "its turn";

        @Nullable
        List<Fiber> waiters;

        Wake wake = Wake.SIGNALLED;
        long waitNumber;
        boolean cancellable;
        boolean cancelRequested;
        boolean done;
        boolean joined;
        boolean isMain;
        boolean started;
        long priority;

        @Nullable
        Throwable failure;

        Fiber(Scheduler scheduler, String name, long number, Runnable body) {
            this.scheduler = scheduler;
            this.name = name;
            this.number = number;
            this.priority = scheduler.turns.priority();
            thread = Thread.ofVirtual().name(name).unstarted(() -> live(body));
        }

        private void live(Runnable body) {
            awaitBaton();
            Throwable thrown = null;
            try {
                dieIfEnded();
                body.run();
            } catch (Killed | Tasks.Cancelled e) {
                // Both are ways to end well.
            } catch (Throwable e) {
                thrown = e;
            }
            scheduler.finished(this, thrown);
        }

        void awaitBaton() {
            while (!hasBaton) {
                LockSupport.park(this);
            }
        }

        void dieIfEnded() {
            if (scheduler.ending) {
                throw new Killed();
            }
        }

        String describe() {
            return name + " waits for " + waitsFor;
        }

        @Override
        public void cancel() {
            scheduler.point();
            scheduler.cancel(this);
        }

        @Override
        public void join() {
            scheduler.point();
            joined = true;
            while (!done) {
                if (scheduler.block(joiners, "the end of " + name, NO_DEADLINE, true) == Wake.CANCELLED) {
                    throw new Tasks.Cancelled();
                }
            }
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(failure);
            }
        }

        @Override
        public boolean isDone() {
            scheduler.point();
            return done;
        }
    }
}
