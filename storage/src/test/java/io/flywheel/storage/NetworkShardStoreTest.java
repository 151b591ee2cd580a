package io.flywheel.storage;

import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedNetwork;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStoreContract;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

/// A store behind messages over the simulated network, which works but delays and reorders them. The engine's
/// model is at the other end: the tests come from outside, so each call is a run of the simulation of its own.
class NetworkShardStoreTest extends ShardStoreContract {
    private static final DiskId DISK = new DiskId(new UUID(1, 2));
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");

    private final Simulation simulation = new Simulation(1);
    private final SimulatedNetwork network = new SimulatedNetwork(simulation);
    private ModelShardStore model = new ModelShardStore();

    @Override
    protected ShardStore create() {
        return simulation.run(this::start);
    }

    private ShardStore start() {
        var tasks = simulation.tasks();
        var clock = simulation.clock();
        var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
        node.add(DISK, model, List.of());
        node.serve(network.as(NODE), FLEET);
        var client =
                new StorageClient(network.as(new NodeId("caller")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT);
        return new InRuns(simulation, client.disk(DISK).store(Epochs.FIRST));
    }

    @Override
    protected ShardStore reopen(ShardStore store) {
        store.close();
        model = model.crash();
        return simulation.run(() -> {
            network.crash(NODE);
            return start();
        });
    }

    /// Calls another store, each time in a run of its own.
    private record InRuns(Simulation simulation, ShardStore store) implements ShardStore {
        private <T> T in(Callable<T> call) {
            return simulation.run(call);
        }

        @Override
        public Writer open(ShardId shard) {
            var writer = in(() -> store.open(shard));
            return new Writer() {
                @Override
                public boolean append(ByteBuffer bytes) {
                    return in(() -> writer.append(bytes));
                }

                @Override
                public Sealed seal() {
                    return in(writer::seal);
                }

                @Override
                public void close() {
                    simulation.run(writer::close);
                }
            };
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value) {
            return in(() -> store.put(shard, value));
        }

        @Override
        public Sealed putAll(List<Put> puts) {
            return in(() -> store.putAll(puts));
        }

        @Override
        public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
            return in(() -> store.get(shard, offsetBytes, destination));
        }

        @Override
        public Optional<Located> locate(ShardId shard) {
            return in(() -> store.locate(shard));
        }

        @Override
        public Optional<Long> length(ShardId shard) {
            return in(() -> store.length(shard));
        }

        @Override
        public Sealed delete(ShardId shard) {
            return in(() -> store.delete(shard));
        }

        @Override
        public Sealed deleteAll(List<ShardId> shards) {
            return in(() -> store.deleteAll(shards));
        }

        @Override
        public List<ShardId> list(ShardId from, int limit) {
            return in(() -> store.list(from, limit));
        }

        @Override
        public Sealed flush() {
            return in(store::flush);
        }

        @Override
        public boolean reclaim() {
            return in(store::reclaim);
        }

        @Override
        public Space space() {
            return in(store::space);
        }

        @Override
        public void close() {
            simulation.run(store::close);
        }
    }
}
