package io.flywheel.background;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import java.util.List;
import java.util.UUID;

/// A fleet of one disk and one copyset, which never changes.
record OneDiskFleet(FleetMap map) implements Fleet {
    static OneDiskFleet of(DiskId disk, Command.Stamp stamp) {
        var empty = FleetMap.of(new UUID(1, 1));
        var add = new FleetCommand.AddDisk(stamp, disk, Domains.of("node"), 1L << 40, 1L << 40);
        var copyset = new NewCopyset(0, Domains.Level.DISK, List.of(disk));
        var unstamped = new Command.Stamp(0, 0, stamp.unixMillis(), stamp.account());
        return new OneDiskFleet(empty.apply(add)
                .map()
                .apply(new FleetCommand.AddCopysets(unstamped, 0, List.of(copyset)))
                .map());
    }

    @Override
    public FleetOutcome apply(FleetCommand command) {
        return new FleetOutcome.Refused(FleetOutcome.Refusal.UNAVAILABLE, "it never changes");
    }

    @Override
    public void close() {}
}
