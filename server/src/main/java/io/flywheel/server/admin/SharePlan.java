package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.Shape;
import io.flywheel.placement.Snapshot;
import java.util.LinkedHashSet;
import java.util.Set;

/// What it takes until a disk that joins has its share. Pure.
///
/// @param copysets that are added
/// @param slots that move, to the new disk as a rule
record SharePlan(int copysets, int slots) {
    /// @param map with the disk
    /// @param here disks that can take slots, as far as the map lets them
    static SharePlan of(FleetMap map, Set<DiskId> here, Random random) {
        int copysets = 0;
        int slots = 0;
        var shapes = new LinkedHashSet<Shape>();
        for (Copyset copyset : map.copysets()) {
            shapes.add(new Shape(copyset.width(), copyset.parity(), DrainPlan.COPYSETS_PER_DISK));
        }
        for (Shape shape : shapes) {
            var views = MappedFleet.Topology.views(map).stream()
                    .map(view -> here.contains(view.id()) ? view : view.leave())
                    .toList();
            if (CopysetLayout.plan(Snapshot.of(views, map.copysets()), shape, random)
                    instanceof CopysetLayout.Planned.Plan plan) {
                copysets += plan.added().size();
                slots += (int) plan.moves().stream()
                        .filter(move -> here.contains(move.from()))
                        .count();
            }
        }
        return new SharePlan(copysets, slots);
    }
}
