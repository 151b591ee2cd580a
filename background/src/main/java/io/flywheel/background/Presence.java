package io.flywheel.background;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.Slot;
import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Which disks of a fleet answer, and for how long the others have not, since this began to look: a start of the
/// process grants every disk its time anew. For one task at a time.
final class Presence {
    private final Disks disks;
    private final Clock clock;
    private final Map<DiskId, Long> missedNanos = new HashMap<>();
    private FleetMap map;

    Presence(FleetMap map, Disks disks, Clock clock) {
        this.disks = disks;
        this.clock = clock;
        this.map = map;
    }

    /// Takes note of who is there now.
    void look(FleetMap newest) {
        map = newest;
        long now = clock.monotonicNanos();
        for (FleetDisk disk : map.disks().values()) {
            if (isHere(disk.id())) {
                missedNanos.remove(disk.id());
            } else {
                missedNanos.putIfAbsent(disk.id(), now);
            }
        }
    }

    boolean isHere(DiskId id) {
        return map.disk(id)
                        .map(disk -> disk.present() && disk.role() != FleetDisk.Role.REMOVED)
                        .orElse(false)
                && disks.disk(id).isPresent();
    }

    /// Whether the disk has not answered for so long.
    boolean isMissing(DiskId id, Duration grace) {
        Long since = missedNanos.get(id);
        return since != null && clock.monotonicNanos() - since >= grace.toNanos();
    }

    boolean isDraining(DiskId id) {
        return map.disk(id).map(disk -> disk.role() == FleetDisk.Role.DRAINING).orElse(false);
    }

    /// Whether every shard of the slot is on a disk that answers.
    boolean isWhole(Slot slot) {
        return switch (slot) {
            case Slot.Held(DiskId disk) -> isHere(disk);
            case Slot.Moving(DiskId from, DiskId to) -> isHere(from) && isHere(to);
        };
    }
}
