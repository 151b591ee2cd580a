package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.Scheduler.Fiber;
import io.flywheel.base.simulated.Scheduler.Wake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// The tasks of a {@link Simulation}. Outside a run nothing may wait or start, but a promise may be completed and a
/// queue filled.
public final class SimulatedTasks implements Tasks {
    private final Scheduler scheduler;

    SimulatedTasks(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    public Task start(String name, Runnable body) {
        scheduler.current();
        scheduler.point();
        Fiber fiber = scheduler.spawn(name, body);
        scheduler.point();
        return fiber;
    }

    @Override
    public Mutex mutex() {
        return new SimulatedMutex();
    }

    @Override
    public <T> Promise<T> promise() {
        return new SimulatedPromise<>();
    }

    @Override
    public <T> Queue<T> queue(int capacity) {
        return new SimulatedQueue<>(capacity);
    }

    @Override
    public void sleep(Duration duration) {
        waitAmong(new ArrayList<>(1), "time to pass", deadline(duration));
    }

    @Override
    public void yieldNow() {
        Fiber self = scheduler.current();
        if (self.cancelRequested) {
            self.cancelRequested = false;
            throw new Cancelled();
        }
        scheduler.point();
    }

    @Override
    public <T> T blocking(BlockingPool pool, Callable<T> call) {
        checkState(!((SimulatedPool) pool).closed, "the pool is closed");
        scheduler.point();
        try {
            T result = call.call();
            scheduler.point();
            return result;
        } catch (RuntimeException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public BlockingPool pool(String name, int threads) {
        check(threads >= 1, "threads");
        return new SimulatedPool();
    }

    private long deadline(Duration timeout) {
        long now = scheduler.clock().monotonicNanos();
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Scheduler.NO_DEADLINE - 1 : now + timeout.toNanos();
    }

    /// Waits; throws when cancelled. False when the deadline passed first.
    private boolean waitAmong(List<Fiber> waiters, String what, long deadlineNanos) {
        return switch (scheduler.block(waiters, what, deadlineNanos, true)) {
            case SIGNALLED -> true;
            case TIMED_OUT -> false;
            case CANCELLED -> throw new Cancelled();
        };
    }

    private static final class SimulatedPool implements BlockingPool {
        private boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class SimulatedMutex implements Mutex {
        private final List<Fiber> waiters = new ArrayList<>();
        private @Nullable Fiber owner;
        private int holds;

        @Override
        public void lock() {
            scheduler.point();
            acquire();
        }

        private void acquire() {
            Fiber self = scheduler.current();
            while (owner != null && owner != self && !owner.done) {
                scheduler.block(waiters, "a mutex held by " + owner.name, Scheduler.NO_DEADLINE, false);
            }
            checkState(owner == null || owner == self, "a task ended while it held a mutex");
            owner = self;
            holds++;
        }

        @Override
        public void unlock() {
            Fiber self = scheduler.current();
            self.dieIfEnded();
            checkState(owner == self, "only the holder unlocks");
            holds--;
            if (holds == 0) {
                owner = null;
                scheduler.wakeAll(waiters);
            }
            scheduler.point();
        }

        @Override
        public Condition condition() {
            return new SimulatedCondition(this);
        }
    }

    private final class SimulatedCondition implements Condition {
        private final SimulatedMutex mutex;
        private final List<Fiber> waiters = new ArrayList<>();

        SimulatedCondition(SimulatedMutex mutex) {
            this.mutex = mutex;
        }

        @Override
        public void await() {
            waitUntil(Scheduler.NO_DEADLINE);
        }

        @Override
        public boolean await(Duration timeout) {
            return waitUntil(deadline(timeout));
        }

        private boolean waitUntil(long deadlineNanos) {
            Fiber self = scheduler.current();
            self.dieIfEnded();
            checkState(mutex.owner == self, "a condition is awaited with its mutex held");
            int holds = mutex.holds;
            mutex.holds = 0;
            mutex.owner = null;
            scheduler.wakeAll(mutex.waiters);
            Wake wake = scheduler.block(waiters, "a condition", deadlineNanos, true);
            mutex.acquire();
            mutex.holds = holds;
            if (wake == Wake.CANCELLED) {
                throw new Cancelled();
            }
            return wake == Wake.SIGNALLED;
        }

        @Override
        public void signalAll() {
            Fiber self = scheduler.current();
            self.dieIfEnded();
            checkState(mutex.owner == self, "a condition is signalled with its mutex held");
            scheduler.wakeAll(waiters);
        }
    }

    private final class SimulatedPromise<T> implements Promise<T> {
        private final List<Fiber> waiters = new ArrayList<>();
        private final List<Runnable> actions = new ArrayList<>();
        private @Nullable T value;
        private @Nullable Throwable failure;
        private boolean done;

        @Override
        public boolean complete(T value) {
            return finish(value, null);
        }

        @Override
        public boolean fail(Throwable cause) {
            return finish(null, cause);
        }

        private boolean finish(@Nullable T newValue, @Nullable Throwable newFailure) {
            scheduler.point();
            if (done) {
                return false;
            }
            value = newValue;
            failure = newFailure;
            done = true;
            scheduler.wakeAll(waiters);
            List.copyOf(actions).forEach(Runnable::run);
            actions.clear();
            scheduler.point();
            return true;
        }

        @Override
        public boolean isDone() {
            scheduler.point();
            return done;
        }

        @Override
        public T await() {
            scheduler.point();
            while (!done) {
                waitAmong(waiters, "a promise", Scheduler.NO_DEADLINE);
            }
            return result();
        }

        @Override
        public Optional<T> await(Duration timeout) {
            scheduler.point();
            long deadline = deadline(timeout);
            while (!done) {
                if (!waitAmong(waiters, "a promise", deadline)) {
                    return done ? Optional.of(result()) : Optional.empty();
                }
            }
            return Optional.of(result());
        }

        private T result() {
            T result = value;
            if (result == null) {
                throw new IllegalStateException(failure);
            }
            return result;
        }

        @Override
        public void onDone(Runnable action) {
            scheduler.point();
            if (done) {
                action.run();
            } else {
                actions.add(action);
            }
        }
    }

    private final class SimulatedQueue<T> implements Queue<T> {
        private final List<Fiber> waiters = new ArrayList<>();
        private final ArrayDeque<T> elements = new ArrayDeque<>();
        private final int capacity;
        private boolean closed;

        SimulatedQueue(int capacity) {
            check(capacity >= 1, "capacity");
            this.capacity = capacity;
        }

        @Override
        public boolean put(T element) {
            scheduler.point();
            while (!closed && elements.size() >= capacity) {
                waitAmong(waiters, "room in a queue", Scheduler.NO_DEADLINE);
            }
            return add(element);
        }

        @Override
        public boolean offer(T element) {
            scheduler.point();
            return elements.size() < capacity && add(element);
        }

        private boolean add(T element) {
            if (closed) {
                return false;
            }
            elements.add(element);
            changed();
            return true;
        }

        private void changed() {
            scheduler.wakeAll(waiters);
            scheduler.point();
        }

        @Override
        public Optional<T> take() {
            scheduler.point();
            while (!closed && elements.isEmpty()) {
                waitAmong(waiters, "an element of a queue", Scheduler.NO_DEADLINE);
            }
            return next();
        }

        @Override
        public Optional<T> take(Duration timeout) {
            scheduler.point();
            long deadline = deadline(timeout);
            while (!closed && elements.isEmpty()) {
                if (!waitAmong(waiters, "an element of a queue", deadline)) {
                    break;
                }
            }
            return next();
        }

        @Override
        public Optional<T> poll() {
            scheduler.point();
            return next();
        }

        private Optional<T> next() {
            Optional<T> element = Optional.ofNullable(elements.poll());
            if (element.isPresent()) {
                changed();
            }
            return element;
        }

        @Override
        public int size() {
            scheduler.point();
            return elements.size();
        }

        @Override
        public void close() {
            scheduler.point();
            closed = true;
            changed();
        }

        @Override
        public boolean isClosed() {
            scheduler.point();
            return closed;
        }
    }
}
