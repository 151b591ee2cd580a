package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Measurement;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// An execution that begins on the thread that keeps the schedule and ends on an event loop: no thread of its own.
///
/// @param action begins it and must not wait; empty where there is nothing to work on
record AsyncBody(Action action) implements Body {
    @FunctionalInterface
    interface Action {
        Optional<CompletableFuture<?>> begin(Execution execution);
    }

    /// For transactions that always have something to work on.
    @FunctionalInterface
    interface Always {
        CompletableFuture<?> begin(Execution execution);
    }

    static AsyncBody of(Always always) {
        return new AsyncBody(execution -> Optional.of(always.begin(execution)));
    }

    /// Measures a step that is an exchange, or several.
    static <T> CompletableFuture<T> measured(Execution execution, String part, Supplier<CompletableFuture<T>> step) {
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
        execution.began();
        Optional<CompletableFuture<?>> begun;
        try {
            begun = action.begin(execution);
        } catch (RuntimeException failure) {
            execution.fail(failure);
            execution.release();
            return;
        }
        if (begun.isEmpty()) {
            execution.starve();
            execution.release();
            return;
        }
        execution.attach(begun.get());
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

    /// The exchange ends and its connection is closed, which releases the execution.
    @Override
    public void cancel(Execution execution) {
        execution
                .attachment()
                .ifPresentOrElse(
                        begun -> {
                            if (begun instanceof CompletableFuture<?> future) {
                                future.cancel(true);
                            }
                        },
                        execution::release);
    }
}
