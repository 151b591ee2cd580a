package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.Slot;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.objects.ShardCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Holds what the disks of a simulated fleet have against what its namespace and its map say.
final class Inspection {
    private final FleetWorld world;

    Inspection(FleetWorld world) {
        this.world = world;
    }

    /// What keeps the fleet from being whole: every block has every shard on the disk of its slot.
    List<String> flaws() {
        var flaws = new ArrayList<String>();
        var map = world.life.store.map();
        for (var copyset : map.copysets()) {
            for (var slot : copyset.slots()) {
                if (slot instanceof Slot.Moving) {
                    flaws.add("copyset " + copyset.id() + " " + slot);
                } else if (!world.member(slot.target()).attached) {
                    flaws.add("copyset " + copyset.id() + " is on an absent disk");
                }
            }
        }
        for (BlockRef ref : referenced()) {
            var copyset = map.copyset(ref.id().copyset()).orElseThrow();
            for (int slot = 0; slot < copyset.width(); slot++) {
                var member = world.member(copyset.slots().get(slot).target());
                var checked = new ShardCheck(world.life.background.reading()).check(ref, slot, member.store);
                if (!(checked instanceof ShardCheck.Checked.Right || checked instanceof ShardCheck.Checked.NotThere)) {
                    flaws.add(ref + " slot " + slot + " of " + copyset + ": " + checked);
                }
            }
        }
        return flaws;
    }

    /// Shards on disks that are there that nothing references, or that are not where their slot is.
    List<String> leftovers() {
        var leftovers = new ArrayList<String>();
        var known = world.everlasting.storedBlocks(new BlockId(0, 1, 0), 1_000_000).stream()
                .map(StoredBlock::id)
                .collect(Collectors.toSet());
        for (var member : world.members) {
            if (!member.attached) {
                continue;
            }
            for (var shard : member.shards()) {
                var slot = world.life
                        .store
                        .map()
                        .copyset(shard.block().copyset())
                        .orElseThrow()
                        .slots()
                        .get(shard.slot());
                if (!known.contains(shard.block()) || !slot.names(member.id)) {
                    leftovers.add(shard + " on " + member.id + " slot " + slot);
                }
            }
        }
        return leftovers;
    }

    List<BlockRef> referenced() {
        return world.everlasting.storedBlocks(new BlockId(0, 1, 0), 1_000_000).stream()
                .map(StoredBlock::ref)
                .flatMap(Optional::stream)
                .toList();
    }
}
