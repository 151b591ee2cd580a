package io.flywheel.placement;

import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which part of every block each disk should hold: in proportion to its weight, as far as a block may have one
/// shard on a disk and m in a domain. The weight that this leaves idle is that of disks and domains which are
/// too large for the others.
///
/// @param level at which a domain may fail whole
/// @param slots for each disk, in the order given, the expected number of slots in one copyset: 0 to 1, n in
///     all
/// @param usable the part of the weight that blocks can fill, above 0 to 1
record Shares(Level level, double[] slots, double usable) {
    /// Protection at a level is not bought with more idle weight than this leaves.
    static final double USABLE_MIN = 0.5;

    private static final int HALVINGS = 60;
    private static final double ROUNDING = 1e-9;
    private static final Comparator<Domains> BY_NAME =
            Comparator.comparing(Domains::zone).thenComparing(Domains::rack).thenComparing(Domains::node);

    /// The highest level at which each domain may fail whole and at least half of the weight is of use; the
    /// disks alone where there is none. Empty when there are fewer disks than slots.
    static Optional<Shares> best(List<DiskView> disks, int width, int parity) {
        if (disks.size() < width) {
            return Optional.empty();
        }
        if (parity > 0) {
            for (Level level : List.of(Level.ZONE, Level.RACK, Level.NODE)) {
                Optional<Shares> shares = at(level, disks, width, parity);
                if (shares.isPresent() && shares.get().usable() >= USABLE_MIN) {
                    return shares;
                }
            }
        }
        return at(Level.DISK, disks, width, parity);
    }

    /// When there are fewer disks than a block has shards: each as much as the others.
    static Shares even(List<DiskView> disks, Shape shape) {
        double[] slots = new double[disks.size()];
        Arrays.fill(slots, (double) shape.width() / Math.max(1, disks.size()));
        return new Shares(Level.DISK, slots, 1);
    }

    /// Empty when the domains of the level cannot hold a block so that each may fail.
    static Optional<Shares> at(Level level, List<DiskView> disks, int width, int parity) {
        double ofBlock = level == Level.DISK ? 1 : (double) parity / width;
        Bounds bounds = new Bounds(disks, domains(level, disks), width, ofBlock);
        double weight = disks.stream().mapToDouble(DiskView::weight).sum();
        double low = bounds.fit(weight) ? weight : 0;
        double high = weight;
        for (int i = 0; i < HALVINGS && low < weight; i++) {
            double middle = (low + high) / 2;
            if (bounds.fit(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low <= weight * ROUNDING
                ? Optional.empty()
                : Optional.of(new Shares(level, bounds.slots(low), low / weight));
    }

    /// The disks of each domain, which at the level of disks is all of them.
    private static List<int[]> domains(Level level, List<DiskView> disks) {
        if (level == Level.DISK) {
            int[] all = new int[disks.size()];
            Arrays.setAll(all, i -> i);
            return List.of(all);
        }
        Map<Domains, List<Integer>> members = new TreeMap<>(BY_NAME);
        for (int i = 0; i < disks.size(); i++) {
            members.computeIfAbsent(disks.get(i).domains().at(level), _ -> new ArrayList<>())
                    .add(i);
        }
        return members.values().stream()
                .map(places -> places.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    /// @param ofBlock the part of a block that one domain may hold
    private record Bounds(List<DiskView> disks, List<int[]> domains, int width, double ofBlock) {
        /// Whether so much can be stored.
        boolean fit(double stored) {
            double held = 0;
            for (int[] domain : domains) {
                held += Math.min(stored * ofBlock, ofDisks(domain, stored / width));
            }
            return held >= stored * (1 - ROUNDING);
        }

        /// What each disk has of a block when so much is stored.
        double[] slots(double stored) {
            double[] slots = new double[disks.size()];
            double shard = stored / width;
            for (int[] domain : domains) {
                double scale = Math.min(1, stored * ofBlock / ofDisks(domain, shard));
                for (int place : domain) {
                    slots[place] = Math.min((double) disks.get(place).weight(), shard) * scale / shard;
                }
            }
            return slots;
        }

        private double ofDisks(int[] domain, double shard) {
            double sum = 0;
            for (int place : domain) {
                sum += Math.min((double) disks.get(place).weight(), shard);
            }
            return sum;
        }
    }
}
