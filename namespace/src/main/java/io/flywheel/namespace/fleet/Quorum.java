package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// How many of some disks are enough.
///
/// A start needs a majority. What is written is found by every such start when at least half of the disks have it:
/// of an even number of disks a majority and one half share one (Howard, Malkhi and Spiegelman, "Flexible Paxos:
/// Quorum Intersection Revisited", 2016). So a majority is written to as long as there is one, and one half where
/// the others are missing.
///
/// @param disks each once
/// @param needed as long as so many take part
/// @param atLeast where fewer take part
public record Quorum(List<DiskId> disks, int needed, int atLeast) {
    public static Quorum majority(List<DiskId> disks) {
        return new Quorum(disks, disks.size() / 2 + 1, (disks.size() + 1) / 2);
    }

    static Quorum all(List<DiskId> disks) {
        return new Quorum(disks, disks.size(), disks.size());
    }

    public boolean reached(Set<DiskId> by) {
        return count(by) >= needed;
    }

    /// Whether these are enough when no others than {@code among} take part.
    public boolean reached(Set<DiskId> by, Set<DiskId> among) {
        int count = count(by);
        return count >= needed || (count >= atLeast && count(among) < needed);
    }

    /// Whether it can be reached by these, and no others.
    public boolean reachable(Set<DiskId> among) {
        return count(among) >= atLeast;
    }

    private int count(Set<DiskId> some) {
        int count = 0;
        for (DiskId disk : disks) {
            count += some.contains(disk) ? 1 : 0;
        }
        return count;
    }

    public static boolean reached(Collection<Quorum> quorums, Set<DiskId> by) {
        return quorums.stream().allMatch(quorum -> quorum.reached(by));
    }

    public static boolean reached(Collection<Quorum> quorums, Set<DiskId> by, Set<DiskId> among) {
        return quorums.stream().allMatch(quorum -> quorum.reached(by, among));
    }

    public static boolean reachable(Collection<Quorum> quorums, Set<DiskId> among) {
        return quorums.stream().allMatch(quorum -> quorum.reachable(among));
    }
}
