package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;

/// One disk as placement sees it.
///
/// @param weight its share of the fleet's data and load, by what others have; 0 takes nothing new. What its
///     capacity is by default
/// @param leaving whether its slots are to go elsewhere: it is drained, or given up
/// @param freeBytes that new shards may take; what is reserved for deletion and reclamation is not free
public record DiskView(
        DiskId id,
        Domains domains,
        long weight,
        Health health,
        boolean leaving,
        long capacityBytes,
        long freeBytes,
        Heat heat) {

    /// How much a disk can be relied upon now.
    public enum Health {
        HEALTHY,
        /// It errs or is slow beyond what its load explains: read last, not written.
        SUSPECT,
        /// It does not answer: not written, and read only when there is nothing else.
        ABSENT
    }

    public DiskView {
        check(weight >= 0, "weight");
        check(capacityBytes > 0, "capacityBytes");
        check(freeBytes >= 0 && freeBytes <= capacityBytes, "freeBytes");
    }

    /// An empty, idle disk whose weight is its capacity.
    public static DiskView empty(DiskId id, Domains domains, long capacityBytes) {
        return new DiskView(id, domains, capacityBytes, Health.HEALTHY, false, capacityBytes, capacityBytes, Heat.NONE);
    }

    public DiskView with(Health changed) {
        return new DiskView(id, domains, weight, changed, leaving, capacityBytes, freeBytes, heat);
    }

    public DiskView with(Heat changed) {
        return new DiskView(id, domains, weight, health, leaving, capacityBytes, freeBytes, changed);
    }

    public DiskView withWeight(long changed) {
        return new DiskView(id, domains, changed, health, leaving, capacityBytes, freeBytes, heat);
    }

    public DiskView withFree(long changedBytes) {
        return new DiskView(id, domains, weight, health, leaving, capacityBytes, changedBytes, heat);
    }

    public DiskView leave() {
        return new DiskView(id, domains, weight, health, true, capacityBytes, freeBytes, heat);
    }

    /// Whether the layout gives it slots.
    boolean takesSlots() {
        return !leaving && weight > 0;
    }

    /// The share of its bytes that is taken.
    double fill() {
        return 1 - (double) freeBytes / capacityBytes;
    }
}
