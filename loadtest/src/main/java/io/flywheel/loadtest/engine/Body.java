package io.flywheel.loadtest.engine;

/// What an execution of a transaction does.
public interface Body {
    /// Begins an execution. Must not wait: it is called by the thread that keeps the schedule. It calls
    /// {@link Execution#began} when it really begins, at once if nothing else does, and in the end exactly one of
    /// {@link Execution#succeed}, {@link Execution#fail} and {@link Execution#starve}, on any thread; then {@link
    /// Execution#release} when it holds nothing any more, which may be later.
    void start(Execution execution);

    /// For how long the busiest thread that carries executions of it beside others was busy with them, since it exists:
    /// one that always is holds up answers, which no lag of starts shows.
    default long busyNanos() {
        return 0;
    }

    /// The time is up: the execution has failed. What it does may be cut short.
    default void cancel(Execution execution) {
        execution.release();
    }
}
