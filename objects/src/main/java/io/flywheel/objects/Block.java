package io.flywheel.objects;

import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A block and the disks that hold its shards, for one read.
final class Block {
    private final Fleet fleet;
    private final BlockRef ref;
    private final BlockLayout layout;
    /// For each shard its slot.
    private final List<Integer> slots;
    /// For each shard the disks to ask.
    private final List<List<FleetDisk>> disks;
    /// Shards that were looked up for reads that do not wait.
    private final ShardStore.@Nullable Located[] located;

    private Block(Fleet fleet, BlockRef ref, BlockLayout layout, List<Integer> slots, List<List<FleetDisk>> disks) {
        this.fleet = fleet;
        this.ref = ref;
        this.layout = layout;
        this.slots = slots;
        this.disks = disks;
        located = new ShardStore.Located[slots.size()];
    }

    /// Empty when the fleet has no such copyset.
    static Optional<Block> of(Fleet fleet, BlockRef ref, BlockLayout layout) {
        var slots = layout.slots();
        return fleet.slots(ref.id().copyset())
                .filter(all -> slots.getLast() < all.size())
                .map(all -> new Block(
                        fleet, ref, layout, slots, slots.stream().map(all::get).toList()));
    }

    /// The same without what a disk holds.
    Block without(DiskId disk) {
        var others = disks.stream()
                .map(all ->
                        all.stream().filter(other -> !other.id().equals(disk)).toList())
                .toList();
        return new Block(fleet, ref, layout, slots, others);
    }

    BlockRef ref() {
        return ref;
    }

    BlockLayout layout() {
        return layout;
    }

    ShardId shardId(int shard) {
        return new ShardId(ref.id(), slots.get(shard));
    }

    private List<FleetDisk> disks(int shard) {
        return disks.get(shard);
    }

    /// The shards whose disks can be asked, the best first.
    List<Integer> preferred() {
        return fleet.readOrder(ref.id().copyset(), layout.scheme(), slots).stream()
                .filter(shard -> !disks(shard).isEmpty())
                .toList();
    }

    /// Looks a shard up, for {@link #readNow}; may wait.
    Optional<ShardStore.Located> locate(int shard) {
        for (var disk : disks(shard)) {
            var found = disk.store().locate(shardId(shard));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    boolean isLocated(int shard) {
        return located[shard] != null;
    }

    void setLocated(int shard, ShardStore.Located at) {
        located[shard] = at;
    }

    /// Reads from a data cell's shard, or from any copy, as {@link #readNow} does.
    boolean readCellNow(int column, long offsetBytes, ByteBuffer destination) {
        if (!(layout.scheme() instanceof Scheme.Copies)) {
            return readNow(column, offsetBytes, destination);
        }
        for (int shard = 0; shard < located.length; shard++) {
            if (isLocated(shard)) {
                return readNow(shard, offsetBytes, destination);
            }
        }
        return false;
    }

    /// Reads a shard that was looked up, if that takes no waiting; the caller verifies. Where it is false the
    /// buffer's position is as it was.
    boolean readNow(int shard, long offsetBytes, ByteBuffer destination) {
        var at = located[shard];
        return at != null && at.readNow(offsetBytes, destination);
    }

    /// Reads a shard from the first of its disks that has it.
    ShardStore.Read read(int shard, long offsetBytes, ByteBuffer destination) {
        int from = destination.position();
        ShardStore.Read outcome = new ShardStore.Read.Missing();
        for (var disk : disks(shard)) {
            outcome = disk.read(shardId(shard), offsetBytes, destination.position(from));
            if (outcome instanceof ShardStore.Read.Found) {
                return outcome;
            }
        }
        return outcome;
    }

    void report(int shard, String what) {
        for (var disk : disks(shard)) {
            fleet.report(shardId(shard), disk, what);
        }
    }

    @Override
    public String toString() {
        return ref + " of " + layout.scheme();
    }
}
