package io.flywheel.namespace.fleet;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// One state of the fleet: immutable, to be published whole.
///
/// @param fleet names it; a map of another fleet is never taken for this one's
/// @param version counts the changes
/// @param featureLevel the newest formats that may be written
/// @param disks all that ever were, with those removed
/// @param copysets by their ids, which are 0, 1, 2 and so on
/// @param leases the open write leases, by their holders
/// @param lastLease the largest number given to a lease; 0 before the first
/// @param schemes identities of schemes by storage class, where one was set
/// @param namespaceHolders the disks that hold the namespace's log, by rising name; none before there is one
/// @param answers to recent requests, the oldest first
public record FleetMap(
        UUID fleet,
        long version,
        int featureLevel,
        SortedMap<DiskId, FleetDisk> disks,
        List<Copyset> copysets,
        SortedMap<String, Long> leases,
        long lastLease,
        SortedMap<String, Integer> schemes,
        List<DiskId> namespaceHolders,
        List<Answer> answers) {

    /// What was answered to a request.
    public record Answer(long requestHigh, long requestLow, FleetOutcome outcome) {}

    public FleetMap {
        check(version >= 0, "version");
        disks = Collections.unmodifiableSortedMap(new TreeMap<>(disks));
        copysets = List.copyOf(copysets);
        leases = Collections.unmodifiableSortedMap(new TreeMap<>(leases));
        schemes = Collections.unmodifiableSortedMap(new TreeMap<>(schemes));
        namespaceHolders = List.copyOf(namespaceHolders);
        answers = List.copyOf(answers);
    }

    /// The first state of a new fleet.
    public static FleetMap of(UUID fleet) {
        return new FleetMap(
                fleet, 0, 0, new TreeMap<>(), List.of(), new TreeMap<>(), 0, new TreeMap<>(), List.of(), List.of());
    }

    /// The state after the command, and what the command came to. Deterministic: reads nothing but these two.
    public Applied apply(FleetCommand command) {
        return new FleetRules(this).apply(command);
    }

    /// @param map the same object where nothing changed
    public record Applied(FleetMap map, FleetOutcome outcome) {}

    public Optional<FleetDisk> disk(DiskId id) {
        return Optional.ofNullable(disks.get(id));
    }

    public Optional<Copyset> copyset(int id) {
        return id >= 0 && id < copysets.size() ? Optional.of(copysets.get(id)) : Optional.empty();
    }

    /// Where a disk stands, of which a copyset has a slot.
    public Domains domains(DiskId id) {
        FleetDisk disk = disks.get(id);
        if (disk == null) {
            throw new IllegalArgumentException("no such disk in the fleet");
        }
        return disk.domains();
    }

    /// Whether blocks may be created under the lease.
    public boolean isOpen(long lease) {
        return leases.containsValue(lease);
    }
}
