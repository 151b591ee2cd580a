package io.flywheel.shardstore;

import java.util.concurrent.atomic.AtomicInteger;

/// Persistent when both are.
record Both(Dependency first, Dependency second) implements Dependency {
    @Override
    public Persisted await() {
        var one = first.await();
        var other = second.await();
        return one instanceof Persisted.Lost ? one : other;
    }

    @Override
    public boolean isPersistent() {
        return first.isPersistent() && second.isPersistent();
    }

    @Override
    public void onDone(Runnable action) {
        var open = new AtomicInteger(2);
        Runnable last = () -> {
            if (open.decrementAndGet() == 0) {
                action.run();
            }
        };
        first.onDone(last);
        second.onDone(last);
    }

    @Override
    public Dependency and(Dependency other) {
        return new Both(this, other);
    }
}
