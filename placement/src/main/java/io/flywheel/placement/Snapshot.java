package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// The fleet at one moment: all that placement knows. Immutable; a new one is made as often as heat is to be
/// believed, which costs a pass over the disks.
public final class Snapshot {
    /// A disk that is this much fuller than the mean, as a share of its capacity, counts as much as one with
    /// twice the mean heat.
    private static final double FULLER = 0.05;

    /// Beyond so many times the mean heat fullness counts no more.
    private static final double FULLER_MAX = 4;

    private final List<DiskView> disks;
    private final Map<DiskId, Integer> places;
    private final List<Copyset> copysets;
    private final Map<Kind, List<Copyset>> kinds;
    private final double[] heats;
    private final double[] fullness;

    /// Which schemes a copyset can take.
    record Kind(int width, int parity) {}

    private Snapshot(
            List<DiskView> disks, Map<DiskId, Integer> places, List<Copyset> copysets, Map<Kind, List<Copyset>> kinds) {
        this.disks = disks;
        this.places = places;
        this.copysets = copysets;
        this.kinds = kinds;
        heats = heats();
        fullness = fullness();
    }

    /// @param disks that are not removed, each once
    /// @param copysets whose slots name these disks only
    public static Snapshot of(List<DiskView> disks, List<Copyset> copysets) {
        List<DiskView> sorted =
                disks.stream().sorted((a, b) -> a.id().compareTo(b.id())).toList();
        Map<DiskId, Integer> places = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            check(places.put(sorted.get(i).id(), i) == null, "a disk twice");
        }
        for (Copyset copyset : copysets) {
            copyset.slots().forEach(slot -> check(places.containsKey(slot.target()), "a copyset names no such disk"));
        }
        Map<Kind, List<Copyset>> kinds = new LinkedHashMap<>();
        for (Copyset copyset : copysets) {
            kinds.computeIfAbsent(new Kind(copyset.width(), copyset.parity()), _ -> new ArrayList<>())
                    .add(copyset);
        }
        return new Snapshot(sorted, places, List.copyOf(copysets), kinds);
    }

    /// The same copysets on the same disks, of which what is seen has changed: cheaper than {@link #of}.
    public Snapshot with(UnaryOperator<DiskView> change) {
        return new Snapshot(disks.stream().map(change).toList(), places, copysets, kinds);
    }

    /// The same disks under other copysets.
    public Snapshot with(List<Copyset> changed) {
        return of(disks, changed);
    }

    /// Ordered by their ids.
    public List<DiskView> disks() {
        return disks;
    }

    public List<Copyset> copysets() {
        return copysets;
    }

    public DiskView disk(DiskId id) {
        return disks.get(place(id));
    }

    /// How much is asked of the disk beside the fleet, 1 being what is usual: the mean of three ratios, to the
    /// mean of requests in flight (one more is added, being the one to come) and of their rate by weight, and
    /// to the median of their latency.
    public double heat(DiskId id) {
        return heats[place(id)];
    }

    /// How much fuller than the fleet the disk is, in units of heat; negative where it is emptier.
    double fullness(DiskId id) {
        return fullness[place(id)];
    }

    List<Copyset> copysets(Kind kind) {
        return kinds.getOrDefault(kind, List.of());
    }

    int place(DiskId id) {
        return place(places, id);
    }

    private static int place(Map<DiskId, Integer> places, DiskId id) {
        Integer place = places.get(id);
        if (place == null) {
            throw new IllegalArgumentException("no such disk in this snapshot");
        }
        return place;
    }

    private double[] heats() {
        int count = 0;
        double inFlight = 0;
        double perSecond = 0;
        double weight = 0;
        for (DiskView disk : disks) {
            if (disk.health() == DiskView.Health.ABSENT) {
                continue;
            }
            count++;
            inFlight += disk.heat().inFlight();
            perSecond += disk.heat().perSecond();
            weight += disk.weight();
        }
        double meanQueue = count == 0 ? 1 : 1 + inFlight / count;
        double meanRate = weight == 0 ? 0 : perSecond / weight;
        double usualLatency = usualLatency();
        double[] all = new double[disks.size()];
        for (int i = 0; i < all.length; i++) {
            DiskView disk = disks.get(i);
            double queue = (1 + disk.heat().inFlight()) / meanQueue;
            double rate = ratio(disk.heat().perSecond() / Math.max(1, disk.weight()), meanRate);
            double wait =
                    disk.heat().latencyMillis() == 0 ? 1 : ratio(disk.heat().latencyMillis(), usualLatency);
            all[i] = (queue + rate + wait) / 3;
        }
        return all;
    }

    /// The median: of few disks one that hangs would make any mean its own.
    private double usualLatency() {
        double[] timed = disks.stream()
                .filter(disk -> disk.health() != DiskView.Health.ABSENT)
                .mapToDouble(disk -> disk.heat().latencyMillis())
                .filter(millis -> millis > 0)
                .sorted()
                .toArray();
        return timed.length == 0 ? 0 : timed[(timed.length - 1) / 2];
    }

    private static double ratio(double value, double mean) {
        return mean == 0 ? 1 : value / mean;
    }

    private double[] fullness() {
        double used = 0;
        double capacity = 0;
        for (DiskView disk : disks) {
            if (disk.health() != DiskView.Health.ABSENT) {
                used += disk.capacityBytes() - disk.freeBytes();
                capacity += disk.capacityBytes();
            }
        }
        double mean = capacity == 0 ? 0 : used / capacity;
        double[] all = new double[disks.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = Math.clamp((disks.get(i).fill() - mean) / FULLER, -FULLER_MAX, FULLER_MAX);
        }
        return all;
    }
}
