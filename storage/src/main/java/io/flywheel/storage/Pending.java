package io.flywheel.storage;

import io.flywheel.base.Transport;
import java.util.function.Function;

/// A request that was sent. Its buffers belong to it until they are released: see {@link Transport}.
public final class Pending<T> {
    private final Transport.Call call;
    private final Function<Transport.Outcome, T> read;

    Pending(Transport.Call call, Function<Transport.Outcome, T> read) {
        this.call = call;
        this.read = read;
    }

    /// Waits for what it came to, at most until its time is over. A task that is cancelled while it waits cancels
    /// the request.
    public T await() {
        return read.apply(call.await());
    }

    public boolean isDone() {
        return call.isDone();
    }

    /// Gives it up; what became of it is not known.
    public void cancel() {
        call.cancel();
    }

    /// Runs {@code action} when {@link #await} would not wait; it must be short and must not wait. That the time
    /// is over is noticed only by who awaits.
    public void onDone(Runnable action) {
        call.onDone(action);
    }

    /// Waits until the buffers are the caller's again.
    public void awaitRelease() {
        call.awaitRelease();
    }

    /// Runs {@code action} when the buffers are the caller's again; it must be short and must not wait.
    public void onReleased(Runnable action) {
        call.onReleased(action);
    }
}
