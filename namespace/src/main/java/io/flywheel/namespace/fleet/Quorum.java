package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// How many of some disks are enough.
///
/// @param disks each once
public record Quorum(List<DiskId> disks, int needed) {
    public static Quorum majority(List<DiskId> disks) {
        return new Quorum(disks, disks.size() / 2 + 1);
    }

    static Quorum all(List<DiskId> disks) {
        return new Quorum(disks, disks.size());
    }

    public boolean reached(Set<DiskId> by) {
        return disks.stream().filter(by::contains).count() >= needed;
    }

    /// Whether it can still be reached when these do not take part.
    public boolean reachable(Set<DiskId> without) {
        return disks.stream().filter(disk -> !without.contains(disk)).count() >= needed;
    }

    public static boolean reached(Collection<Quorum> quorums, Set<DiskId> by) {
        return quorums.stream().allMatch(quorum -> quorum.reached(by));
    }
}
