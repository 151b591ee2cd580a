package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/// How many more disks each copyset can lose before a block of it cannot be read, as far as the disks that are there
/// say. A slot that moves counts as lost when either of its disks is: some of its shards may be there alone.
final class Redundancy {
    private final List<Level> levels;
    private final int moving;

    /// Copysets alike.
    ///
    /// @param parity how many losses their blocks were stored to survive
    /// @param remaining how many more they survive; negative when blocks in them cannot be read
    record Level(int parity, int remaining, int copysets) {}

    private Redundancy(List<Level> levels, int moving) {
        this.levels = levels;
        this.moving = moving;
    }

    static Redundancy of(List<Copyset> copysets, Predicate<DiskId> readable) {
        var counts = new TreeMap<Integer, TreeMap<Integer, Integer>>();
        int moving = 0;
        for (Copyset copyset : copysets) {
            counts.computeIfAbsent(copyset.parity(), _ -> new TreeMap<>())
                    .merge(remaining(copyset, readable), 1, Integer::sum);
            if (copyset.slots().stream().anyMatch(slot -> slot instanceof Slot.Moving)) {
                moving++;
            }
        }
        var levels = new ArrayList<Level>();
        counts.descendingMap()
                .forEach((parity, each) -> each.descendingMap()
                        .forEach((remaining, count) -> levels.add(new Level(parity, remaining, count))));
        return new Redundancy(List.copyOf(levels), moving);
    }

    /// Negative when blocks in it cannot be read.
    static int remaining(Copyset copyset, Predicate<DiskId> readable) {
        int lost = 0;
        for (Slot slot : copyset.slots()) {
            boolean whole = switch (slot) {
                case Slot.Held(var disk) -> readable.test(disk);
                case Slot.Moving(var from, var to) -> readable.test(from) && readable.test(to);
            };
            lost += whole ? 0 : 1;
        }
        return copyset.parity() - lost;
    }

    /// By parity, then by what remains, the most first.
    List<Level> levels() {
        return levels;
    }

    /// Copysets of which a slot moves.
    int moving() {
        return moving;
    }

    /// Copysets that lost more than they may: blocks in them cannot be read.
    int overdrawn() {
        return count(level -> level.remaining() < 0);
    }

    /// Copysets that have lost as much as they may.
    int exposed() {
        return count(level -> level.remaining() == 0 && level.parity() > 0);
    }

    /// Copysets that have lost something and may lose more.
    int reduced() {
        return count(level -> level.remaining() > 0 && level.remaining() < level.parity());
    }

    private int count(Predicate<Level> which) {
        return levels.stream().filter(which).mapToInt(Level::copysets).sum();
    }
}
