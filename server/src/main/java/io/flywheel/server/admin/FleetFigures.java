package io.flywheel.server.admin;

import io.flywheel.namespace.fleet.FleetDisk;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What `status` tells in words, as numbers for metrics.
///
/// @param disks how many there are by state, in status's words
/// @param copysets how many there are by what they may lose
public record FleetFigures(SortedMap<String, Integer> disks, List<Level> copysets) {
    /// @param parity how many losses blocks were stored to survive
    /// @param remaining how many more they survive; negative when they cannot be read
    public record Level(int parity, int remaining, int copysets) {}

    public static FleetFigures of(RunningStore store) {
        var map = store.map();
        var open = store.disks();
        var disks = new TreeMap<String, Integer>();
        for (FleetDisk disk : map.disks().values()) {
            disks.merge(
                    DiskState.of(disk, Optional.ofNullable(open.get(disk.id()))).words(), 1, Integer::sum);
        }
        var copysets = Redundancy.of(map.copysets(), open.keySet()::contains).levels().stream()
                .map(level -> new Level(level.parity(), level.remaining(), level.copysets()))
                .toList();
        return new FleetFigures(disks, copysets);
    }
}
