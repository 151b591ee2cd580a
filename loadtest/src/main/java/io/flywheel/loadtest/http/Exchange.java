package io.flywheel.loadtest.http;

import org.jspecify.annotations.Nullable;

/// A request on its way. Everything but {@link #cancelled} happens on the event loop it was given to.
final class Exchange<T> extends Call<T> {
    final Request request;
    final Receiver<T> receiver;
    final LoopPool pool;
    private long sinceNanos;
    private boolean repeated;
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

    /// Whether it may be sent a second time; says yes once.
    boolean mayRepeat() {
        boolean first = !repeated && request.isIdempotent();
        repeated = true;
        return first;
    }

    boolean isRepeated() {
        return repeated;
    }

    void carriedBy(@Nullable Connection carrier) {
        connection = carrier;
    }

    void end() {
        complete(receiver.end());
    }

    @Override
    void cancelled() {
        pool.loop().execute(() -> {
            if (connection != null) {
                connection.cut();
            }
        });
    }
}
