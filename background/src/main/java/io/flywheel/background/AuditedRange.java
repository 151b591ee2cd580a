package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.ShardRebuild;
import io.flywheel.storage.RemoteDisk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What one disk holds of a range of blocks, beside what the namespace knows of them. The namespace is asked first:
/// what it knows was on the disks before. For one use.
final class AuditedRange {
    private static final int PAGE = 512;

    private final FleetMap map;
    private final Namespace namespace;
    private final DiskId disk;
    private final RemoteDisk remote;
    private final List<ShardId> missing = new ArrayList<>();
    private final List<ShardId> unreferenced = new ArrayList<>();
    private final List<ShardId> misplaced = new ArrayList<>();
    private long shards;
    private Optional<BlockId> next = Optional.empty();

    AuditedRange(FleetMap map, Namespace namespace, DiskId disk, RemoteDisk remote) {
        this.map = map;
        this.namespace = namespace;
        this.disk = disk;
        this.remote = remote;
    }

    /// Compares from a block on, as far as one page of each goes.
    ///
    /// @throws io.flywheel.shardstore.IndexUnreadable when the disk does not tell what it holds
    void compare(BlockId from) {
        var store = remote.store(_ -> 0);
        BlockId begin = store.list(new ShardId(from, 0), 1).stream()
                .findFirst()
                .map(first -> relevant(from, first.block().copyset()))
                .orElseGet(() -> relevant(from, Integer.MAX_VALUE));
        if (begin.copyset() == Integer.MAX_VALUE) {
            return;
        }
        List<StoredBlock> known = namespace.storedBlocks(begin, PAGE);
        List<ShardId> held = store.list(new ShardId(begin, 0), PAGE);
        if (known.size() == PAGE) {
            next = Optional.of(after(known.getLast().id()));
        }
        if (held.size() == PAGE) {
            BlockId last = held.getLast().block();
            next = next.filter(end -> end.compareTo(last) < 0).or(() -> Optional.of(last));
        }
        var refs = new TreeMap<BlockId, StoredBlock>();
        known.stream().filter(block -> isInside(block.id())).forEach(block -> refs.put(block.id(), block));
        var inside = held.stream().filter(shard -> isInside(shard.block())).toList();
        shards = inside.size();
        inside.forEach(shard -> judge(shard, refs));
        var there = new HashSet<>(inside);
        refs.values().forEach(block -> block.ref().ifPresent(ref -> lookFor(ref, there)));
    }

    /// Where to go on: in the next copyset that the disk has a slot of, or shards of.
    private BlockId relevant(BlockId from, int firstHeld) {
        for (int copyset = from.copyset(); copyset < map.copysets().size() && copyset < firstHeld; copyset++) {
            if (map.copysets().get(copyset).names(disk)) {
                return copyset == from.copyset() ? from : new BlockId(copyset, 1, 0);
            }
        }
        return firstHeld == from.copyset() ? from : new BlockId(firstHeld, 1, 0);
    }

    private boolean isInside(BlockId block) {
        return next.isEmpty() || block.compareTo(next.get()) < 0;
    }

    private static BlockId after(BlockId block) {
        return new BlockId(block.copyset(), block.lease(), block.counter() + 1);
    }

    private void judge(ShardId shard, SortedMap<BlockId, StoredBlock> refs) {
        StoredBlock block = refs.get(shard.block());
        Optional<Slot> slot = map.copyset(shard.block().copyset())
                .filter(copyset -> shard.slot() < copyset.width())
                .map(copyset -> copyset.slots().get(shard.slot()));
        if (block == null) {
            unreferenced.add(shard);
        } else if (slot.isPresent() && !slot.get().names(disk) && block.ref().isPresent()) {
            misplaced.add(shard);
        }
    }

    /// What is on the way to the disk is not missing.
    private void lookFor(BlockRef ref, Set<ShardId> there) {
        Copyset copyset = map.copyset(ref.id().copyset()).orElse(null);
        for (int slot = 0; copyset != null && slot < copyset.width(); slot++) {
            var shard = new ShardId(ref.id(), slot);
            boolean isHere = copyset.slots().get(slot).equals(new Slot.Held(disk));
            if (isHere && ShardRebuild.hasShard(ref, slot) && !there.contains(shard)) {
                missing.add(shard);
            }
        }
    }

    long shards() {
        return shards;
    }

    /// Shards that the disk should have.
    List<ShardId> missing() {
        return missing;
    }

    /// Shards of blocks that the namespace does not know.
    List<ShardId> unreferenced() {
        return unreferenced;
    }

    /// Shards whose slot is another disk's.
    List<ShardId> misplaced() {
        return misplaced;
    }

    /// The first block of the next range; empty when this was the last.
    Optional<BlockId> next() {
        return next;
    }
}
