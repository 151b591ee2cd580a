package io.flywheel.server.admin;

import io.flywheel.namespace.fleet.FleetDisk;
import java.util.Optional;

/// What is to be said about a disk, from what the map and the disk itself say.
///
/// @param words one or two, in tables and metrics
/// @param reason more, for the operator; may be empty
/// @param verdict about the store, from this disk alone
record DiskState(String words, String reason, Verdict verdict) {
    static DiskState of(FleetDisk known, Optional<OpenDisk> open) {
        if (known.role() == FleetDisk.Role.REMOVED) {
            return new DiskState("removed", "", Verdict.HEALTHY);
        }
        if (open.isEmpty()) {
            return new DiskState(
                    "absent",
                    known.present() ? "not marked yet, what it held is not rebuilt elsewhere" : "",
                    Verdict.DEGRADED);
        }
        OpenDisk disk = open.get();
        return switch (disk.condition()) {
            case FAILED -> new DiskState("failed", disk.reason(), Verdict.DEGRADED);
            case SUSPECT -> new DiskState("suspect", disk.reason(), Verdict.DEGRADED);
            case WELL -> {
                if (!known.present()) {
                    yield new DiskState("returning", "open, and the map does not count on it yet", Verdict.DEGRADED);
                }
                yield new DiskState(
                        known.role() == FleetDisk.Role.DRAINING ? "draining" : "present", "", Verdict.HEALTHY);
            }
        };
    }
}
