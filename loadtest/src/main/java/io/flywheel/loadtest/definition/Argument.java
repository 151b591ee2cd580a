package io.flywheel.loadtest.definition;

/// What a parameter of a method gets.
sealed interface Argument {
    /// The {@link io.flywheel.loadtest.api.Context} of the execution.
    record TheContext() implements Argument {}

    /// The {@link io.flywheel.loadtest.api.Run}.
    record TheRun() implements Argument {}

    /// An element of a series of data.
    record Element(String feed, Class<?> type) implements Argument {}

    /// A result of a transaction.
    record Result(String transaction, Class<?> type, boolean take) implements Argument {}
}
