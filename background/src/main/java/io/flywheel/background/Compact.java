package io.flywheel.background;

import io.flywheel.shardstore.ShardStore;

/// Gives the space of deleted values back: the disk's own reclamation, a step at a time.
public final class Compact implements Worker {
    private final ShardStore store;

    public Compact(ShardStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "compact";
    }

    @Override
    public Step step() {
        return store.reclaim() ? new Step.Busy() : new Step.Idle();
    }
}
