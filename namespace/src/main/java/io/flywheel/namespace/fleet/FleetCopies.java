package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredFleetCopy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the disks have of the map when a process starts.
///
/// @param copies that can be read
/// @param damaged why the others cannot
/// @param missing disks that have none
record FleetCopies(SortedMap<DiskId, StoredFleetCopy> copies, SortedMap<DiskId, String> damaged, List<DiskId> missing) {
    static FleetCopies read(SortedMap<DiskId, WholeFile> files, Tasks tasks) {
        SortedMap<DiskId, StoredFleetCopy> copies = new TreeMap<>();
        SortedMap<DiskId, String> damaged = new TreeMap<>();
        List<DiskId> missing = new ArrayList<>();
        try (Tasks.BlockingPool pool = tasks.pool("fleet-map", 1)) {
            files.forEach((disk, file) -> {
                switch (tasks.blocking(pool, () -> file.read(FleetStore.COPY_BYTES_MAX))) {
                    case WholeFile.Read.Whole(byte[] bytes) -> {
                        try {
                            copies.put(disk, StoredFleetCopy.decode(bytes));
                        } catch (MalformedRecord e) {
                            damaged.put(disk, String.valueOf(e.getMessage()));
                        }
                    }
                    case WholeFile.Read.Missing() -> missing.add(disk);
                    case WholeFile.Read.Failed(var cause) -> damaged.put(disk, String.valueOf(cause.getMessage()));
                }
            });
        }
        return new FleetCopies(copies, damaged, missing);
    }

    StoredFleetCopy newest() {
        return copies.values().stream().max(Comparator.naturalOrder()).orElseThrow();
    }

    /// The latest life that asked any of the disks.
    long lastLife() {
        return copies.values().stream()
                .mapToLong(StoredFleetCopy::promised)
                .max()
                .orElse(0);
    }

    List<String> remarks(List<DiskId> holders) {
        List<String> remarks = new ArrayList<>();
        damaged.forEach((disk, why) -> remarks.add("the fleet map on disk " + disk + " cannot be read: " + why));
        for (DiskId holder : holders) {
            if (!copies.containsKey(holder) && !damaged.containsKey(holder)) {
                remarks.add("disk " + holder + (missing.contains(holder) ? " has no fleet map" : " is not here"));
            }
        }
        return remarks;
    }

    String describe() {
        List<String> parts = new ArrayList<>();
        copies.forEach(
                (disk, copy) -> parts.add(disk + " has version " + copy.map().version() + " of life " + copy.life()));
        damaged.forEach((disk, why) -> parts.add(disk + " cannot be read: " + why));
        missing.forEach(disk -> parts.add(disk + " has none"));
        return String.join("; ", parts);
    }
}
