package io.flywheel.base.real;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A fixed number of platform threads that run calls for waiting tasks. The queue needs no bound: whoever queued a call
/// waits for it.
final class PlatformPool implements Tasks.BlockingPool {
    private static final System.Logger LOG = System.getLogger(PlatformPool.class.getName());
    private static final Call<?> STOP = new Call<>(Thread.currentThread(), () -> "stop");

    private final LinkedTransferQueue<Call<?>> calls = new LinkedTransferQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    PlatformPool(String name, int count) {
        check(count >= 1, "threads");
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(this::work));
        }
    }

    /// Waits for the end also when the caller is cancelled meanwhile, because the call may use the caller's buffers.
    <T> T run(Callable<T> body) {
        var call = new Call<>(Thread.currentThread(), body);
        if (threads.contains(Thread.currentThread())) {
            call.run();
        } else {
            checkState(!closed.get(), "the pool is closed");
            calls.add(call);
            // It may have come after the last thread was told to stop: then nobody takes it.
            checkState(!closed.get() || !calls.remove(call), "the pool is closed");
        }
        return call.result();
    }

    private void work() {
        while (true) {
            try {
                Call<?> call = calls.take();
                if (call == STOP) {
                    return;
                }
                call.run();
            } catch (InterruptedException e) {
                LOG.log(System.Logger.Level.WARNING, "an interrupt between two calls was ignored", e);
            }
        }
    }

    /// Ends the threads after the calls that were queued before.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            threads.forEach(thread -> calls.add(STOP));
        }
    }

    private static final class Call<T> {
        private final Thread caller;
        private final Callable<T> body;
        private @Nullable T value;
        private @Nullable Throwable failure;
        private volatile boolean done;

        Call(Thread caller, Callable<T> body) {
            this.caller = caller;
            this.body = body;
        }

        void run() {
            try {
                value = body.call();
            } catch (Throwable e) {
                failure = e;
            }
            done = true;
            LockSupport.unpark(caller);
        }

        @SuppressWarnings("NullAway") // T may itself be nullable: what the body gave is handed on as it is
        T result() {
            boolean interrupted = false;
            while (!done) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure != null) {
                throw ThreadTasks.rethrown(failure);
            }
            return value;
        }
    }
}
