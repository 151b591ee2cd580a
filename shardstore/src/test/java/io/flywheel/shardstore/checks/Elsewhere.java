package io.flywheel.shardstore.checks;

import static io.flywheel.base.Check.checkState;

import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import java.util.ArrayList;
import java.util.List;

/// A promise that the store under test did not give: another store's, say. It is kept, or broken, some time after
/// somebody began to wait for it.
final class Elsewhere implements Dependency {
    private final Op.Promise promise;
    private final Runnable pause;
    private final List<Runnable> actions = new ArrayList<>();
    private boolean settled;

    /// @param pause where another task may run
    Elsewhere(Op.Promise promise, Runnable pause) {
        this.promise = promise;
        this.pause = pause;
    }

    @Override
    public Persisted await() {
        for (int turn = 0; !settled && turn < promise.turns(); turn++) {
            pause.run();
        }
        if (!settled) {
            settled = true;
            actions.forEach(Runnable::run);
        }
        return promise.kept() ? new Persisted.Safe() : new Persisted.Lost("a promise from elsewhere is broken");
    }

    boolean isBroken() {
        return settled && !promise.kept();
    }

    @Override
    public boolean isPersistent() {
        return settled && promise.kept();
    }

    @Override
    public void onDone(Runnable action) {
        if (settled) {
            action.run();
        } else {
            actions.add(action);
        }
    }

    @Override
    public Dependency and(Dependency other) {
        checkState(!(other instanceof Elsewhere), "promises of the store join this one");
        return other.and(this);
    }
}
