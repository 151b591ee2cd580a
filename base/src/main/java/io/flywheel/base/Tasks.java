package io.flywheel.base;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/// The port for concurrency: tasks and everything they wait on. In the real form a task is a virtual thread; in the
/// simulated one exactly one task runs at a time, in an order drawn from a seed, and every call here is a point where
/// another may run.
///
/// A task that is cancelled gets {@link Cancelled}, once, out of the call in which it waits, or of the next one
/// that waits. {@link Mutex#lock} and {@link #blocking} are never cut short: clean-up may rely on the first, and
/// the second may hold buffers of the caller.
public interface Tasks {
    /// Starts {@code body}. What it throws is reported to the log and kept for {@link Task#join}.
    Task start(String name, Runnable body);

    Mutex mutex();

    <T> Promise<T> promise();

    /// A first-in-first-out queue of at most {@code capacity} elements.
    <T> Queue<T> queue(int capacity);

    void sleep(Duration duration);

    /// Lets another task run.
    void yieldNow();

    /// Runs a call that may hold its thread for long (a file, a native library) off the virtual threads' carriers, on
    /// the bounded set of platform threads called {@code pool}, and waits for it. Throws what {@code call} throws;
    /// an {@link java.io.IOException} comes as {@link java.io.UncheckedIOException}, other checked exceptions come
    /// wrapped in {@link IllegalStateException}.
    <T> T blocking(BlockingPool pool, Callable<T> call);

    /// A bounded set of platform threads, one per slow device, so that one slow disk does not freeze the rest.
    BlockingPool pool(String name, int threads);

    interface BlockingPool extends AutoCloseable {
        @Override
        void close();
    }

    interface Task {
        void cancel();

        /// Waits for the end; throws what the task threw. A task that ended by being cancelled ended well.
        void join();

        boolean isDone();
    }

    /// A lock that its holder may take again.
    interface Mutex {
        void lock();

        void unlock();

        Condition condition();
    }

    /// Waited on and signalled with its mutex held; wake-ups may be spurious.
    interface Condition {
        void await();

        /// False when {@code timeout} passed first.
        boolean await(Duration timeout);

        void signalAll();
    }

    /// A value that comes once.
    interface Promise<T> {
        /// False when it was completed before.
        boolean complete(T value);

        boolean fail(Throwable cause);

        boolean isDone();

        /// Waits; throws the failure's cause wrapped in {@link IllegalStateException} when it failed.
        T await();

        /// Empty when {@code timeout} passed first.
        Optional<T> await(Duration timeout);

        /// Runs {@code action} when done, at once if it is done already, on the thread that completes it: it must be
        /// short and must not wait.
        void onDone(Runnable action);
    }

    interface Queue<T> {
        /// Waits while the queue is full; false when it is closed.
        boolean put(T element);

        /// False when it is full or closed.
        boolean offer(T element);

        /// Waits for an element; empty when the queue is closed and drained.
        Optional<T> take();

        /// Empty when {@code timeout} passed first, or closed and drained.
        Optional<T> take(Duration timeout);

        /// The next element if there is one now.
        Optional<T> poll();

        int size();

        /// No more elements are accepted; those inside can still be taken. Idempotent.
        void close();

        boolean isClosed();
    }

    /// The task was cancelled while it waited.
    final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Cancelled() {
            super("the task was cancelled");
        }
    }
}
