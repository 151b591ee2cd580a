package io.flywheel.base.real;

import io.flywheel.base.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tasks as virtual threads. A thread that this port did not start may call everything here too; for it an interrupt is
/// a cancel.
public final class ThreadTasks implements Tasks {
    private static final System.Logger LOG = System.getLogger(ThreadTasks.class.getName());

    @Override
    public Task start(String name, Runnable body) {
        return new VirtualTask(name, body);
    }

    @Override
    public Mutex mutex() {
        return new LockMutex();
    }

    @Override
    public <T> Promise<T> promise() {
        return new LockPromise<>();
    }

    @Override
    public <T> Queue<T> queue(int capacity) {
        return new LockQueue<>(capacity);
    }

    @Override
    public void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new Cancelled();
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // to yield is what the contract says
    public void yieldNow() {
        if (Thread.interrupted()) {
            throw new Cancelled();
        }
        Thread.yield();
    }

    @Override
    public <T> T blocking(BlockingPool pool, Callable<T> call) {
        return ((PlatformPool) pool).run(call);
    }

    @Override
    public BlockingPool pool(String name, int threads) {
        return new PlatformPool(name, threads);
    }

    /// Throws {@code failure} as it is where Java allows that without a declaration.
    static RuntimeException rethrown(Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case IOException e -> new UncheckedIOException(e);
            default -> new IllegalStateException(failure);
        };
    }

    private static final class VirtualTask implements Task {
        private final Thread thread;
        private volatile @Nullable Throwable failure;

        VirtualTask(String name, Runnable body) {
            thread = Thread.ofVirtual().name(name).start(() -> run(name, body));
        }

        private void run(String name, Runnable body) {
            try {
                body.run();
            } catch (Cancelled e) {
                LOG.log(System.Logger.Level.DEBUG, "task {0} was cancelled", name);
            } catch (Throwable e) {
                failure = e;
                LOG.log(System.Logger.Level.ERROR, "task " + name + " failed", e);
            }
        }

        @Override
        public void cancel() {
            thread.interrupt();
        }

        @Override
        public void join() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new Cancelled();
            }
            Throwable thrown = failure;
            if (thrown != null) {
                throw rethrown(thrown);
            }
        }

        @Override
        public boolean isDone() {
            return !thread.isAlive();
        }
    }

    private static final class LockMutex implements Mutex {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void lock() {
            lock.lock();
        }

        @Override
        public void unlock() {
            lock.unlock();
        }

        @Override
        public Condition condition() {
            return new LockCondition(lock.newCondition());
        }
    }

    private record LockCondition(java.util.concurrent.locks.Condition condition) implements Condition {
        @Override
        @SuppressWarnings("WaitNotInLoop") // the caller loops: wake-ups may be spurious by contract
        public void await() {
            try {
                condition.await();
            } catch (InterruptedException e) {
                throw new Cancelled();
            }
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // as above
        public boolean await(Duration timeout) {
            try {
                return condition.await(nanos(timeout), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw new Cancelled();
            }
        }

        @Override
        public void signalAll() {
            condition.signalAll();
        }
    }

    /// Saturated: a timeout of ages is a wait for ages.
    static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : timeout.toNanos();
    }
}
