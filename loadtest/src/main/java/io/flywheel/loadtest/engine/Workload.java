package io.flywheel.loadtest.engine;

import java.util.List;

/// The transactions of a run in one process, with what they need to begin and leave behind. Its life: {@link #setUp}
/// (with `oncePerRun` in the first process), {@link #open}, executions of its {@link #subjects}, {@link #cleanUp},
/// {@link #tearDown}, {@link #close}. What cannot begin throws a {@link RuntimeException} whose message says why.
public interface Workload extends AutoCloseable {
    /// Runs what comes first.
    ///
    /// @param oncePerRun which of the two kinds
    /// @throws InterruptedException when it is not to go on; what it has made is given back by a teardown
    default void setUp(boolean oncePerRun) throws InterruptedException {}

    /// What stays behind if the process ends now, in words. Any thread.
    default String remains() {
        return "what its transactions made";
    }

    /// Gets its data ready.
    default void open() throws InterruptedException {}

    /// Its transactions, each after those whose results it wants: the order of a functional test.
    List<Subject> subjects();

    /// The names of those whose results others want: they run once before the measured part.
    default List<String> sources() {
        return List.of();
    }

    /// Gives back what executions made. Waits until it is done.
    default void cleanUp() throws InterruptedException {}

    /// Runs what comes last, whatever it throws.
    ///
    /// @return what was thrown, in words
    default List<String> tearDown(boolean oncePerRun) {
        return List.of();
    }

    /// How many results were given back, and how many could not be.
    default Cleaned cleaned() {
        return new Cleaned(0, 0);
    }

    /// Why parts of it can no longer be executed: then what was counted is not what was wanted.
    default List<String> lost() {
        return List.of();
    }

    /// Whether nothing of it can be executed any more.
    default boolean isLost() {
        return false;
    }

    /// @param done were given back
    /// @param failed could not be
    record Cleaned(long done, long failed) {}

    @Override
    void close();
}
