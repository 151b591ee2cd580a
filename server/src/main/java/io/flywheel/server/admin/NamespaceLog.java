package io.flywheel.server.admin;

import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import java.util.List;

/// How the namespace is held. What a majority of the disks with its log has is acknowledged, or one half where the
/// others are missing, which then leave their place to those that are left.
///
/// @param wanted how many disks are to hold it where there are as many: one more than twice the losses that the data
///     survives
public record NamespaceLog(List<LogCopy> copies, int wanted) {
    public NamespaceLog {
        copies = List.copyOf(copies);
    }

    /// How many more of its disks may be lost; negative when it takes no change and would not start again.
    public int mayLose() {
        return (int) copies.stream().filter(LogCopy::inSync).count() - needed(copies.size());
    }

    /// How many may be lost when as many disks hold it as the store has for it.
    public int madeToLose(FleetMap map) {
        long disks = map.disks().values().stream()
                .filter(disk -> disk.role() == FleetDisk.Role.ACTIVE)
                .count();
        int copies = Math.clamp(disks, 1, wanted);
        return copies - needed(copies);
    }

    private static int needed(int copies) {
        return (copies + 1) / 2;
    }
}
