package io.flywheel.shardstore;

/// A promise that something becomes persistent, after the things it depends on.
public interface Dependency {
    /// Waits for the outcome.
    Persisted await();

    /// Whether the outcome is known and good. A poll, never a wait.
    boolean isPersistent();

    /// Runs {@code action} once the outcome is known, at once if it is; it must be short and must not wait.
    void onDone(Runnable action);

    /// Persistent when both are.
    Dependency and(Dependency other);
}
