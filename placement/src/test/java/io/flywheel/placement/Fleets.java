package io.flywheel.placement;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.placement.CopysetLayout.Planned;
import java.util.ArrayList;
import java.util.List;

/// Fleets for tests.
final class Fleets {
    static final long TB = 1L << 40;

    private Fleets() {}

    /// Disks of 4 to 16 TB, some of each, in nodes, racks and zones of these numbers.
    static List<DiskView> disks(Random random, int zones, int racks, int nodes, int disksOfANode) {
        List<DiskView> disks = new ArrayList<>();
        for (int zone = 0; zone < zones; zone++) {
            for (int rack = 0; rack < racks; rack++) {
                for (int node = 0; node < nodes; node++) {
                    for (int disk = 0; disk < disksOfANode; disk++) {
                        disks.add(DiskView.empty(
                                DiskId.draw(random),
                                new Domains("zone-" + zone, "rack-" + rack, "node-" + node),
                                TB * (4 << random.nextInt(3))));
                    }
                }
            }
        }
        return disks;
    }

    /// Disks of one size, so many to a node.
    static List<DiskView> alike(Random random, int disks, int disksOfANode) {
        List<DiskView> all = new ArrayList<>();
        for (int i = 0; i < disks; i++) {
            all.add(DiskView.empty(DiskId.draw(random), Domains.of("node-" + i / disksOfANode), 4 * TB));
        }
        return all;
    }

    static Snapshot empty(List<DiskView> disks) {
        return Snapshot.of(disks, List.of());
    }

    static Planned.Plan plan(Snapshot fleet, Shape shape, Random random) {
        return switch (CopysetLayout.plan(fleet, shape, random)) {
            case Planned.Plan plan -> plan;
            case Planned.Refused(String why) -> throw new AssertionError(why);
        };
    }

    /// What the fleet's copysets are when the plan was carried out.
    static Snapshot carryOut(Snapshot fleet, Planned.Plan plan) {
        List<Copyset> copysets = new ArrayList<>(fleet.copysets());
        plan.added()
                .forEach(added ->
                        copysets.add(Copyset.of(copysets.size(), added.parity(), added.level(), added.disks())));
        for (CopysetLayout.Move move : plan.moves()) {
            copysets.set(move.copyset(), copysets.get(move.copyset()).with(move.slot(), new Slot.Held(move.to())));
        }
        return fleet.with(copysets);
    }

    static Snapshot laidOut(List<DiskView> disks, Shape shape, Random random) {
        Snapshot fleet = empty(disks);
        return carryOut(fleet, plan(fleet, shape, random));
    }

    /// By place in the snapshot: the slots of the disk.
    static int[] slots(Snapshot fleet) {
        int[] slots = new int[fleet.disks().size()];
        fleet.copysets().forEach(copyset -> copyset.slots().forEach(slot -> slots[fleet.place(slot.target())]++));
        return slots;
    }
}
