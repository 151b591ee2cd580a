package io.flywheel.objects;

import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A block and the disks that hold its shards, for one read.
final class Block {
    /// A disk is steered around when a read is expected to take so many times what its peers need, and longer
    /// than this.
    private static final double HOT = 4;

    private static final double HOT_NANOS = 2e6;

    private final Fleet fleet;
    private final BlockRef ref;
    private final BlockLayout layout;
    private final Fleet.Copyset copyset;
    /// Shards that were looked up for reads that do not wait.
    private final ShardStore.@Nullable Located[] located;

    Block(Fleet fleet, BlockRef ref, BlockLayout layout, Fleet.Copyset copyset) {
        this.fleet = fleet;
        this.ref = ref;
        this.layout = layout;
        this.copyset = copyset;
        located = new ShardStore.Located[layout.scheme().shards()];
    }

    BlockRef ref() {
        return ref;
    }

    BlockLayout layout() {
        return layout;
    }

    ShardId shardId(int shard) {
        return new ShardId(ref.id(), copyset.slotOf(ref.id().counter(), shard));
    }

    private List<FleetDisk> disks(int shard) {
        return copyset.disksOf(ref.id().counter(), shard);
    }

    /// The shards whose disks can be asked, the best first: data before parity, hot disks last; of copies the
    /// one that is expected soonest.
    List<Integer> preferred() {
        var shards = new ArrayList<Integer>();
        double[] expected = new double[located.length];
        for (int shard = 0; shard < located.length; shard++) {
            if (!disks(shard).isEmpty()) {
                expected[shard] = disks(shard).getFirst().expectedNanos();
                shards.add(shard);
            }
        }
        if (layout.scheme() instanceof Scheme.Copies) {
            shards.sort(Comparator.comparingDouble(shard -> expected[shard]));
        } else if (shards.size() > 1) {
            double[] sorted = shards.stream()
                    .mapToDouble(shard -> expected[shard])
                    .sorted()
                    .toArray();
            double hot = Math.max(HOT_NANOS, HOT * sorted[sorted.length / 2]);
            shards.sort(Comparator.comparing(shard -> expected[shard] > hot));
        }
        return shards;
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
