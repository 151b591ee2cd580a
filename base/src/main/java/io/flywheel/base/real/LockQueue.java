package io.flywheel.base.real;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Tasks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded queue over a lock.
final class LockQueue<T> implements Tasks.Queue<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changedForTakers = lock.newCondition();
    private final Condition changedForPutters = lock.newCondition();
    private final ArrayDeque<T> elements = new ArrayDeque<>();
    private final int capacity;
    private boolean closed;

    LockQueue(int capacity) {
        check(capacity >= 1, "capacity");
        this.capacity = capacity;
    }

    @Override
    public boolean put(T element) {
        lock.lock();
        try {
            while (!closed && elements.size() >= capacity) {
                changedForPutters.await();
            }
            return add(element);
        } catch (InterruptedException e) {
            throw new Tasks.Cancelled();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean offer(T element) {
        lock.lock();
        try {
            return elements.size() < capacity && add(element);
        } finally {
            lock.unlock();
        }
    }

    private boolean add(T element) {
        if (closed) {
            return false;
        }
        elements.add(element);
        changedForTakers.signal();
        return true;
    }

    @Override
    public Optional<T> take() {
        lock.lock();
        try {
            while (!closed && elements.isEmpty()) {
                changedForTakers.await();
            }
            return next();
        } catch (InterruptedException e) {
            throw new Tasks.Cancelled();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<T> take(Duration timeout) {
        lock.lock();
        try {
            long left = ThreadTasks.nanos(timeout);
            while (!closed && elements.isEmpty() && left > 0) {
                left = changedForTakers.awaitNanos(left);
            }
            return next();
        } catch (InterruptedException e) {
            throw new Tasks.Cancelled();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<T> poll() {
        lock.lock();
        try {
            return next();
        } finally {
            lock.unlock();
        }
    }

    private Optional<T> next() {
        T element = elements.poll();
        if (element == null) {
            return Optional.empty();
        }
        changedForPutters.signal();
        return Optional.of(element);
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return elements.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changedForTakers.signalAll();
            changedForPutters.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
