package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.DiskId;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.base.simulated.Simulation;
import java.util.List;
import java.util.TreeSet;

/// A disk of a simulated fleet, its node, and what it has of the fleet map.
final class Member {
    final DiskId id;
    final NodeId node;
    final SimulatedFile map = new SimulatedFile();
    private final Simulation simulation;
    FaultyStore store;
    boolean attached = true;
    /// Never to come back.
    boolean dead;

    Member(Simulation simulation, int number, Medium medium) {
        this.simulation = simulation;
        id = DiskId.draw(simulation.random());
        node = new NodeId("node" + number);
        store = new FaultyStore(simulation, medium, new TreeSet<>());
    }

    /// The power goes off, and on again.
    void crash() {
        store = new FaultyStore(simulation, store.medium.crash(), store.rotten);
    }

    List<ShardId> shards() {
        return store.inner.list(new ShardId(new BlockId(0, 1, 0), 0), 1_000_000).stream()
                .filter(shard -> shard.block().copyset() != Integer.MAX_VALUE)
                .toList();
    }
}
