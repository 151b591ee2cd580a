package io.flywheel.background;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/// Shards in the engine, on a simulated disk: a loss of power tears what was not flushed, other bits are bits on the
/// disk, and a full one is full for the index and for reclamation too.
final class EngineMedium implements Medium {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 256 << 10, 4096);
    private static final UUID ID = new UUID(9, 9);

    /// So many bytes of a shard are looked for; they are random, and so in no other.
    private static final int KNOWN_BY_BYTES = 64;

    private final Simulation simulation;
    private final SimulatedDisk disk;
    private final ShardStore store;

    private EngineMedium(Simulation simulation, SimulatedDisk disk, boolean blank) {
        this.simulation = simulation;
        this.disk = disk;
        if (!(DiskShardStore.open(disk, simulation.tasks(), Options.of(ID, blank, GEOMETRY))
                instanceof Opened.Ok opened)) {
            throw new AssertionError("the disk does not open");
        }
        store = opened.store();
    }

    static EngineMedium blank(Simulation simulation) {
        var disk = new SimulatedDisk(GEOMETRY, simulation.tasks()::yieldNow);
        return new EngineMedium(simulation, disk, true);
    }

    @Override
    public ShardStore store() {
        return store;
    }

    @Override
    public Medium crash() {
        return new EngineMedium(simulation, disk.crash(simulation.random()), false);
    }

    @Override
    public void limit(long bytes) {
        disk.faults().budgetBytes(bytes);
    }

    @Override
    public void fence() {
        disk.faults().failNextFlush();
    }

    @Override
    public boolean rot(ShardId shard) {
        var known = ByteBuffer.allocate(KNOWN_BY_BYTES);
        long length = store.length(shard).orElse(0L);
        if (length < KNOWN_BY_BYTES
                || !(store.get(shard, length - KNOWN_BY_BYTES, known) instanceof ShardStore.Read.Found)) {
            return false;
        }
        boolean found = false;
        for (int extent = 0; extent < GEOMETRY.extents(); extent++) {
            byte[] bytes = disk.bytes(extent).orElse(new byte[0]);
            for (int at = find(bytes, known.array(), 0); at >= 0; at = find(bytes, known.array(), at + 1)) {
                disk.flipBit(
                        extent,
                        at + simulation.random().nextInt(KNOWN_BY_BYTES),
                        simulation.random().nextInt(8));
                found = true;
            }
        }
        return found;
    }

    private static int find(byte[] in, byte[] what, int from) {
        for (int at = from; at + what.length <= in.length; at++) {
            if (in[at] == what[0] && Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        return -1;
    }
}
