package io.flywheel.loadtest.http;

import java.util.concurrent.CompletableFuture;

/// The answer of a request, when it has come. Cancelling it, or a stage that was made of it, ends the exchange and
/// closes its connection.
public class Call<T> extends CompletableFuture<T> {
    /// A stage made of another.
    private static final class Dependent<U> extends Call<U> {
        private final CompletableFuture<?> source;

        Dependent(CompletableFuture<?> source) {
            this.source = source;
        }

        @Override
        void cancelled() {
            source.cancel(false);
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Dependent<>(this);
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        boolean first = super.cancel(mayInterrupt);
        if (first) {
            cancelled();
        }
        return isCancelled();
    }

    void cancelled() {}
}
