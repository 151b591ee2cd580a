package io.flywheel.loadtest.http;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A request on its way. Everything but {@link #cancel} happens on the event loop it was given to.
final class Exchange<T> extends CompletableFuture<T> {
    final Request request;
    final Receiver<T> receiver;
    final LoopPool pool;
    private long sinceNanos;
    private boolean moved;
    private @Nullable Connection connection;

    Exchange(Request request, Receiver<T> receiver, LoopPool pool) {
        this.request = request;
        this.receiver = receiver;
        this.pool = pool;
    }

    /// When it began to wait for a connection.
    long sinceNanos() {
        return sinceNanos;
    }

    void waitsSince(long nanos) {
        sinceNanos = nanos;
    }

    /// Its connection had been closed before anything of it was sent: it gets a new one. Says yes once.
    boolean mayMove() {
        boolean first = !moved;
        moved = true;
        return first;
    }

    boolean wasMoved() {
        return moved;
    }

    void carriedBy(@Nullable Connection carrier) {
        connection = carrier;
    }

    void end() {
        complete(receiver.end());
    }

    /// Any thread: closes its connection.
    @Override
    public boolean cancel(boolean mayInterrupt) {
        boolean first = super.cancel(mayInterrupt);
        if (first) {
            pool.loop().execute(() -> {
                if (connection != null) {
                    connection.cut();
                }
            });
        }
        return isCancelled();
    }
}
