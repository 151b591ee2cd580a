package io.flywheel.base;

import static io.flywheel.base.Check.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// An ordered set of disks that together hold all shards of a block (Cidon and others, "Copysets", ATC'13). The
/// shards that are data come first, so that the order says which disks are read.
///
/// @param id names it in every block's id; never reused, at least 0
/// @param epoch at least 1; every change of a slot raises it, and disks refuse writes under an older one
/// @param parity how many of its shards a block may lose: the m of the schemes that it was made for
/// @param level no domain of this level has more than {@code parity} slots, so that each may fail whole; DISK
///     says only that the disks differ
/// @param slots 1 to 32
public record Copyset(int id, int epoch, int parity, Domains.Level level, List<Slot> slots) {
    /// A block has no more shards.
    public static final int WIDTH_MAX = 32;

    public Copyset {
        check(id >= 0, "id");
        check(epoch >= 1, "epoch");
        check(!slots.isEmpty() && slots.size() <= WIDTH_MAX, "a copyset has 1 to 32 slots");
        check(parity >= 0 && parity < slots.size(), "a copyset spares fewer slots than it has");
        check(parity > 0 || level == Domains.Level.DISK, "what spares no slot spares no domain");
        slots = List.copyOf(slots);
    }

    /// A new one, whose slots the disks hold.
    public static Copyset of(int id, int parity, Domains.Level level, List<DiskId> disks) {
        return new Copyset(
                id, 1, parity, level, disks.stream().<Slot>map(Slot.Held::new).toList());
    }

    public int width() {
        return slots.size();
    }

    /// Whether the disk may have shards of any slot.
    public boolean names(DiskId disk) {
        for (Slot slot : slots) {
            if (slot.names(disk)) {
                return true;
            }
        }
        return false;
    }

    /// The same copyset with another slot, an epoch later.
    public Copyset with(int at, Slot slot) {
        List<Slot> changed = new ArrayList<>(slots);
        changed.set(at, slot);
        return new Copyset(id, epoch + 1, parity, level, changed);
    }

    /// Whether the disks differ and no domain of the level has more than {@code parity} of the slots. A slot
    /// that moves counts in the domains of both disks: some of its shards may be in either.
    public boolean spread(Function<DiskId, Domains> domains) {
        return spread(slots, parity, level, domains);
    }

    /// As {@link #spread(Function)}, for slots that are no copyset yet.
    public static boolean spread(List<Slot> slots, int parity, Domains.Level level, Function<DiskId, Domains> domains) {
        Map<DiskId, Integer> disks = new HashMap<>();
        Map<Domains, Integer> counts = new HashMap<>();
        for (Slot slot : slots) {
            switch (slot) {
                case Slot.Held(DiskId disk) -> {
                    disks.merge(disk, 1, Integer::sum);
                    count(counts, level, domains.apply(disk));
                }
                case Slot.Moving(DiskId from, DiskId to) -> {
                    disks.merge(from, 1, Integer::sum);
                    disks.merge(to, 1, Integer::sum);
                    Domains left = domains.apply(from);
                    Domains entered = domains.apply(to);
                    count(counts, level, left);
                    if (!left.together(entered, level)) {
                        count(counts, level, entered);
                    }
                }
            }
        }
        return disks.values().stream().allMatch(times -> times == 1)
                && counts.values().stream().allMatch(slotsOfDomain -> slotsOfDomain <= parity);
    }

    private static void count(Map<Domains, Integer> counts, Domains.Level level, Domains domains) {
        if (level != Domains.Level.DISK) {
            counts.merge(domains.at(level), 1, Integer::sum);
        }
    }
}
