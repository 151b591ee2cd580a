package io.flywheel.namespace.fleet;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;

/// A disk as the fleet knows it.
///
/// @param capacityBytes that it had when it was added
/// @param weight its share of the fleet's data and load, by what others have; 0 takes nothing new
/// @param present whether it answers, as far as was agreed; not that it is well
public record FleetDisk(DiskId id, Domains domains, long capacityBytes, long weight, Role role, boolean present) {
    /// Larger numbers are refused, so that sums of them stay exact.
    public static final long BYTES_MAX = 1L << 56;

    /// What it is there for.
    public enum Role {
        /// Takes slots.
        ACTIVE,
        /// Its slots are to go elsewhere.
        DRAINING,
        /// For ever: its name is kept, so that it never comes back with what it held.
        REMOVED
    }

    public FleetDisk {
        check(capacityBytes > 0 && capacityBytes <= BYTES_MAX, "capacityBytes");
        check(weight >= 0 && weight <= BYTES_MAX, "weight");
    }

    /// Whether a slot may be given to it.
    public boolean takesSlots() {
        return role == Role.ACTIVE && present;
    }

    FleetDisk withWeight(long changed) {
        return new FleetDisk(id, domains, capacityBytes, changed, role, present);
    }

    FleetDisk with(Role changed) {
        return new FleetDisk(id, domains, capacityBytes, weight, changed, present);
    }

    FleetDisk withPresent(boolean changed) {
        return new FleetDisk(id, domains, capacityBytes, weight, role, changed);
    }
}
