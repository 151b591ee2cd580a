package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/// Which disks hold the map.
public final class Holders {
    private Holders() {}

    /// As many as wanted, as far as there are disks that can: those that hold it already first, then such as
    /// stand apart from them. Never none: where no disk can, it stays as it was.
    public static List<DiskId> choose(FleetMap map, List<DiskId> current, int wanted, Predicate<DiskId> usable) {
        List<DiskId> chosen = new ArrayList<>();
        for (DiskId disk : current) {
            if (chosen.size() < wanted && present(map, disk) && usable.test(disk)) {
                chosen.add(disk);
            }
        }
        List<DiskId> others = new ArrayList<>(map.disks().values().stream()
                .filter(disk -> disk.takesSlots() && !chosen.contains(disk.id()) && usable.test(disk.id()))
                .map(FleetDisk::id)
                .toList());
        while (chosen.size() < wanted && !others.isEmpty()) {
            DiskId next = others.stream()
                    .min(Comparator.<DiskId>comparingLong(disk -> crowd(map, disk, chosen))
                            .thenComparing(Comparator.naturalOrder()))
                    .orElseThrow();
            chosen.add(next);
            others.remove(next);
        }
        return chosen.isEmpty() ? current : chosen.stream().sorted().toList();
    }

    /// The disks that are to hold the namespace's log. A disk that is missing or fails keeps its place as long
    /// as no other can take it and a majority is here: then a start may find other ones missing. Where one half
    /// is here, from which no start would go on, those that are known to be missing leave the log to it. A disk
    /// that is drained never keeps its place.
    public static List<DiskId> ofLog(FleetMap map, List<DiskId> current, int wanted, Predicate<DiskId> usable) {
        List<DiskId> staying = current.stream()
                .filter(id -> active(map, id) && present(map, id) && usable.test(id))
                .toList();
        List<DiskId> here = choose(map, staying, wanted, usable);
        List<DiskId> chosen = new ArrayList<>(here);
        for (DiskId id : current) {
            if (chosen.size() < wanted && active(map, id) && !chosen.contains(id)) {
                chosen.add(id);
            }
        }
        boolean half = 2 * here.size() == chosen.size()
                && chosen.stream().noneMatch(id -> !here.contains(id) && present(map, id));
        return chosen.isEmpty()
                ? current
                : (half ? here : chosen).stream().sorted().toList();
    }

    private static boolean active(FleetMap map, DiskId id) {
        return map.disk(id).map(disk -> disk.role() == FleetDisk.Role.ACTIVE).orElse(false);
    }

    private static boolean present(FleetMap map, DiskId id) {
        return map.disk(id)
                .map(disk -> disk.present() && disk.role() != FleetDisk.Role.REMOVED)
                .orElse(false);
    }

    /// How many of those chosen fail together with the disk; zones count most.
    private static long crowd(FleetMap map, DiskId id, List<DiskId> chosen) {
        Domains here = map.domains(id);
        long crowd = 0;
        for (DiskId other : chosen) {
            Domains there = map.domains(other);
            crowd += (here.together(there, Level.ZONE) ? 1L << 40 : 0)
                    + (here.together(there, Level.RACK) ? 1L << 20 : 0)
                    + (here.together(there, Level.NODE) ? 1 : 0);
        }
        return crowd;
    }
}
