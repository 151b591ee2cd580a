package io.flywheel.namespace;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import java.util.UUID;

/// The map of a store of one disk, in memory only: it says nothing that is not known anyway.
final class OneDiskFleet implements Fleet {
    private volatile FleetMap map;

    OneDiskFleet(DiskId disk) {
        map = FleetMap.of(new UUID(0, 0));
        apply(new FleetCommand.AddDisk(new Stamp(0, 0, 0, LogHolders.OPERATOR), disk, Domains.of("here"), 1, 1));
    }

    @Override
    public FleetMap map() {
        return map;
    }

    /// One caller at a time.
    @Override
    public FleetOutcome apply(FleetCommand command) {
        FleetMap.Applied applied = map.apply(command);
        map = applied.map();
        return applied.outcome();
    }

    @Override
    public void close() {}
}
