package io.flywheel.base.real;

import io.flywheel.base.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A promise over a lock; actions run in the order they were given.
final class LockPromise<T> implements Tasks.Promise<T> {
    private static final System.Logger LOG = System.getLogger(LockPromise.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition done = lock.newCondition();
    private List<Runnable> actions = List.of();
    private @Nullable T value;
    private @Nullable Throwable failure;
    private volatile boolean isDone;

    @Override
    public boolean complete(T value) {
        return finish(value, null);
    }

    @Override
    public boolean fail(Throwable cause) {
        return finish(null, cause);
    }

    private boolean finish(@Nullable T newValue, @Nullable Throwable newFailure) {
        List<Runnable> due;
        lock.lock();
        try {
            if (isDone) {
                return false;
            }
            value = newValue;
            failure = newFailure;
            isDone = true;
            due = actions;
            actions = List.of();
            done.signalAll();
        } finally {
            lock.unlock();
        }
        due.forEach(LockPromise::run);
        return true;
    }

    @Override
    public boolean isDone() {
        return isDone;
    }

    @Override
    public T await() {
        if (!isDone) {
            lock.lock();
            try {
                while (!isDone) {
                    done.await();
                }
            } catch (InterruptedException e) {
                throw new Tasks.Cancelled();
            } finally {
                lock.unlock();
            }
        }
        return result();
    }

    @Override
    public Optional<T> await(Duration timeout) {
        if (!isDone) {
            lock.lock();
            try {
                long left = ThreadTasks.nanos(timeout);
                while (!isDone) {
                    if (left <= 0) {
                        return Optional.empty();
                    }
                    left = done.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                throw new Tasks.Cancelled();
            } finally {
                lock.unlock();
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
        lock.lock();
        try {
            if (!isDone) {
                if (actions.isEmpty()) {
                    actions = new ArrayList<>(2);
                }
                actions.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        run(action);
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "an action of a promise failed", e);
        }
    }
}
