package io.flywheel.shardstore;

/// A dependency whose outcome was known when it was made.
public record Settled(Persisted persisted) implements Dependency {
    @Override
    public Persisted await() {
        return persisted;
    }

    @Override
    public boolean isPersistent() {
        return persisted instanceof Persisted.Safe;
    }

    @Override
    public void onDone(Runnable action) {
        action.run();
    }

    @Override
    public Dependency and(Dependency other) {
        return new Both(this, other);
    }
}
