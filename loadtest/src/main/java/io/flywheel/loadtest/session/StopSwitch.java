package io.flywheel.loadtest.session;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Stops, once, what may be interrupted; what comes after is not. From any thread.
public final class StopSwitch {
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Thread> interruptible = Optional.empty();
    private boolean stopped;

    /// What a stop interrupts.
    public interface Step<T> {
        T run() throws InterruptedException;
    }

    public void stop() {
        lock.lock();
        try {
            stopped = true;
            interruptible.ifPresent(Thread::interrupt);
        } finally {
            lock.unlock();
        }
    }

    public boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /// Does something on this thread that a stop interrupts; for one thread at a time.
    ///
    /// @throws InterruptedException also when it was stopped before
    public <T> T interruptibly(Step<T> step) throws InterruptedException {
        lock.lock();
        try {
            if (stopped) {
                throw new InterruptedException("it was stopped");
            }
            interruptible = Optional.of(Thread.currentThread());
        } finally {
            lock.unlock();
        }
        try {
            return step.run();
        } finally {
            lock.lock();
            try {
                interruptible = Optional.empty();
                if (stopped) {
                    // Who gives back now what was made is not to be interrupted any more.
                    var _ = Thread.interrupted();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
