package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.Shape;
import io.flywheel.placement.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What it takes to move every slot of a disk elsewhere. Pure.
///
/// @param slots that name the disk
/// @param bytes that it holds, as far as is known
/// @param obstacles why it cannot be done; empty when it can
record DrainPlan(int slots, long bytes, List<String> obstacles) {
    /// As the layout has it.
    static final int COPYSETS_PER_DISK = 10;

    /// @param here disks that can take slots, as far as the map lets them
    /// @param bytes that the disk holds
    /// @param freeBytes of all the others together
    static DrainPlan of(FleetMap map, DiskId disk, Set<DiskId> here, long bytes, long freeBytes, Random random) {
        var obstacles = new ArrayList<String>();
        int slots = 0;
        for (Shape shape : shapes(map, disk)) {
            int named = slots(map, disk, shape);
            slots += named;
            String what = "copysets of " + shape.width() + " disks, of which " + shape.parity() + " may be lost";
            var views = MappedFleet.Topology.views(map).stream()
                    .map(view -> view.id().equals(disk) || !here.contains(view.id()) ? view.leave() : view)
                    .toList();
            var copysets = map.copysets().stream()
                    .map(copyset -> arrived(copyset, disk))
                    .toList();
            switch (CopysetLayout.plan(Snapshot.of(views, copysets), shape, random)) {
                case CopysetLayout.Planned.Refused(var why) -> obstacles.add(what + ": " + why);
                case CopysetLayout.Planned.Plan plan -> {
                    long leaving = plan.moves().stream()
                            .filter(move -> move.from().equals(disk))
                            .count();
                    if (leaving < named) {
                        obstacles.add(what + ": " + (named - leaving) + " of the disk's " + named
                                + " slots fit no other disk without putting too much of a copyset into one place");
                    }
                }
            }
        }
        if (slots > 0 && bytes > freeBytes) {
            obstacles.add(
                    "it holds " + Text.bytes(bytes) + ", and the other disks have " + Text.bytes(freeBytes) + " free");
        }
        return new DrainPlan(slots, bytes, List.copyOf(obstacles));
    }

    boolean isPossible() {
        return obstacles.isEmpty();
    }

    /// The copyset as if what moves to the disk were there: it arrives before it leaves again, and may go back.
    private static Copyset arrived(Copyset copyset, DiskId disk) {
        for (int at = 0; at < copyset.width(); at++) {
            if (copyset.slots().get(at) instanceof Slot.Moving(DiskId _, DiskId to) && to.equals(disk)) {
                return copyset.with(at, new Slot.Held(disk));
            }
        }
        return copyset;
    }

    /// Of the copysets that name the disk.
    private static Set<Shape> shapes(FleetMap map, DiskId disk) {
        var shapes = new LinkedHashSet<Shape>();
        map.copysets().stream()
                .filter(copyset -> copyset.names(disk))
                .forEach(copyset -> shapes.add(new Shape(copyset.width(), copyset.parity(), COPYSETS_PER_DISK)));
        return shapes;
    }

    private static int slots(FleetMap map, DiskId disk, Shape shape) {
        int slots = 0;
        for (Copyset copyset : map.copysets()) {
            boolean fits = copyset.width() == shape.width() && copyset.parity() == shape.parity();
            for (Slot slot : copyset.slots()) {
                // Those that are moving away need no other place.
                slots += fits && slot.target().equals(disk) ? 1 : 0;
            }
        }
        return slots;
    }
}
