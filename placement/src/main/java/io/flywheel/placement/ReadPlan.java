package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.erasure.Scheme;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// In which order the shards of a block are to be read: the first {@link #needed} at once, the next whenever
/// one of them fails or is late.
///
/// Data shards come first, as they need no decoding. Parity is read instead of data whose disk is both hot,
/// with more than twice the fleet's mean heat, and more than twice as hot as the parity's; suspect disks come
/// after all that are healthy, absent ones last: the map may be behind, so they are worth a try when nothing
/// else is left. Of copies the cooler of two that are drawn comes first, so that readers spread; none that is
/// hot is drawn.
///
/// @param needed k: how many of the shards suffice
/// @param likely how many of the sources are on disks that answer; where it is less than {@code needed}, expect
///     failure
public record ReadPlan(List<Source> sources, int needed, int likely) {
    /// Heat, beside the fleet's mean and beside a disk of parity, beyond which data is read around.
    private static final double HOT = 2;

    /// @param shard its number in the block; the first k are data
    /// @param slot of the copyset
    /// @param disk to be asked first
    /// @param otherwise to be asked when that one does not have the shard: where the slot is moving from
    public record Source(int shard, int slot, DiskId disk, Optional<DiskId> otherwise) {}

    private record Ranked(Source source, DiskView.Health reliability, double cost, long tie) {}

    public ReadPlan {
        sources = List.copyOf(sources);
    }

    /// @param slots for each shard, in order, the slot of the copyset
    public static ReadPlan of(Snapshot fleet, Copyset copyset, Scheme scheme, List<Integer> slots, Random random) {
        check(slots.size() == scheme.shards(), "a slot for each shard");
        List<Ranked> ranked = new ArrayList<>();
        for (int shard = 0; shard < slots.size(); shard++) {
            ranked.add(ranked(fleet, copyset, scheme, shard, slots.get(shard), random));
        }
        ranked.sort(Comparator.comparing(Ranked::reliability)
                .thenComparingDouble(Ranked::cost)
                .thenComparingLong(Ranked::tie));
        if (scheme instanceof Scheme.Copies) {
            coolerOfTwoFirst(ranked, random);
        }
        int likely = (int) ranked.stream()
                .filter(source -> source.reliability != DiskView.Health.ABSENT)
                .count();
        return new ReadPlan(ranked.stream().map(Ranked::source).toList(), scheme.dataShards(), likely);
    }

    private static Ranked ranked(
            Snapshot fleet, Copyset copyset, Scheme scheme, int shard, int slotNumber, Random random) {
        Slot slot = copyset.slots().get(slotNumber);
        DiskView disk = fleet.disk(slot.target());
        Optional<DiskId> otherwise = Optional.empty();
        DiskView.Health reliability = disk.health();
        if (slot instanceof Slot.Moving(DiskId from, DiskId _)) {
            otherwise = Optional.of(from);
            if (reliability == DiskView.Health.HEALTHY && fleet.disk(from).health() != DiskView.Health.HEALTHY) {
                // What has not arrived yet is as good as where it comes from.
                reliability = DiskView.Health.SUSPECT;
            }
        }
        double heat = fleet.heat(slot.target());
        boolean parity = !(scheme instanceof Scheme.Copies) && shard >= scheme.dataShards();
        double cost = parity ? Math.max(HOT, HOT * heat) : heat;
        return new Ranked(
                new Source(shard, slotNumber, slot.target(), otherwise), reliability, cost, random.nextLong());
    }

    private static void coolerOfTwoFirst(List<Ranked> ranked, Random random) {
        int best = (int) ranked.stream()
                .filter(source -> source.reliability == ranked.getFirst().reliability)
                .filter(source -> source.cost <= HOT * Math.max(1, ranked.getFirst().cost))
                .count();
        if (best > 2) {
            // They are in the order of their heat.
            int first = Math.min(random.nextInt(best), random.nextInt(best));
            ranked.addFirst(ranked.remove(first));
        }
    }
}
