package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Measurement;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.http.HttpFailure;
import io.flywheel.loadtest.http.Loops;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// An execution on an event loop: no thread of its own. It begins when a loop takes it up, so that one which waits for
/// a busy loop is the generator's lag and not the service's latency.
///
/// @param action begins it and must not wait; empty where there is nothing to work on
public record AsyncBody(Loops loops, Action action) implements Body {
    @FunctionalInterface
    public interface Action {
        Optional<CompletableFuture<?>> begin(Execution execution);
    }

    /// For transactions that always have something to work on.
    @FunctionalInterface
    public interface Always {
        CompletableFuture<?> begin(Execution execution);
    }

    public static Action always(Always always) {
        return execution -> Optional.of(always.begin(execution));
    }

    /// An exchange of an execution: the one to be cut when the execution is given up. Afterwards none is sent.
    public static <T> CompletableFuture<T> exchange(Execution execution, Supplier<CompletableFuture<T>> sending) {
        if (execution.isEnded()) {
            return CompletableFuture.failedFuture(
                    new HttpFailure(HttpFailure.Reason.CANCELLED, "the execution has ended"));
        }
        CompletableFuture<T> sent = sending.get();
        execution.attach(sent);
        if (execution.isEnded()) {
            // Given up meanwhile, perhaps before it could be seen.
            sent.cancel(false);
        }
        return sent;
    }

    /// Measures a step that is an exchange, or several.
    public static <T> CompletableFuture<T> measured(
            Execution execution, String part, Supplier<CompletableFuture<T>> step) {
        Measurement measurement = execution.begin(part);
        return step.get().whenComplete((_, failure) -> {
            if (failure == null) {
                measurement.end();
            } else {
                measurement.fail(failure);
            }
        });
    }

    @Override
    public void start(Execution execution) {
        loops.execute(() -> begin(execution));
    }

    private void begin(Execution execution) {
        execution.began();
        Optional<CompletableFuture<?>> begun;
        try {
            begun = execution.isEnded() ? Optional.empty() : action.begin(execution);
        } catch (RuntimeException | Error failure) {
            execution.fail(failure);
            execution.release();
            return;
        }
        if (begun.isEmpty()) {
            execution.starve();
            execution.release();
            return;
        }
        var _ = begun.get().whenComplete((_, failure) -> {
            try {
                if (failure == null) {
                    execution.succeed();
                } else {
                    execution.fail(failure);
                }
            } finally {
                execution.release();
            }
        });
    }

    @Override
    public long busyNanos() {
        return loops.busyNanos();
    }

    /// The exchange on its way ends and its connection is closed, which releases the execution; one that still waits
    /// for its loop is released there.
    @Override
    public void cancel(Execution execution) {
        execution.attachment().ifPresent(sent -> {
            if (sent instanceof CompletableFuture<?> exchange) {
                exchange.cancel(false);
            }
        });
    }
}
