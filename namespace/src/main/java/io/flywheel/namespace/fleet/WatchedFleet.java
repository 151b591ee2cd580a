package io.flywheel.namespace.fleet;

import io.flywheel.base.Tasks;
import java.util.function.Consumer;

/// A fleet map whose changes somebody is told of: one after the other, each before whoever made it goes on. So
/// who has moved a slot knows that everybody here has heard of it.
public final class WatchedFleet implements Fleet {
    private final Fleet fleet;
    private final Tasks.Mutex mutex;
    private final Consumer<FleetMap> changed;

    /// @param changed hears of every change made through this; must not make one itself
    public WatchedFleet(Fleet fleet, Tasks tasks, Consumer<FleetMap> changed) {
        this.fleet = fleet;
        this.mutex = tasks.mutex();
        this.changed = changed;
    }

    @Override
    public FleetMap map() {
        return fleet.map();
    }

    @Override
    public FleetOutcome apply(FleetCommand command) {
        mutex.lock();
        try {
            long before = fleet.map().version();
            FleetOutcome outcome = fleet.apply(command);
            FleetMap after = fleet.map();
            if (after.version() != before) {
                changed.accept(after);
            }
            return outcome;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public void close() {
        fleet.close();
    }
}
