package io.flywheel.background;

import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/// A disk's store that the test breaks.
final class FaultyStore implements ShardStore {
    private final Simulation simulation;
    final ModelShardStore model;
    /// Shards whose bytes are not those that were written.
    final NavigableSet<ShardId> rotten;
    boolean refusesReads;
    boolean flipsBits;
    Duration delay = Duration.ZERO;
    int deletes;

    FaultyStore(Simulation simulation, ModelShardStore model, NavigableSet<ShardId> rotten) {
        this.simulation = simulation;
        this.model = model;
        this.rotten = rotten;
    }

    private Sealed renewed(ShardId shard, Sealed sealed) {
        if (sealed instanceof Sealed.Accepted) {
            rotten.remove(shard);
        }
        return sealed;
    }

    private void pass() {
        if (!delay.isZero()) {
            simulation.tasks().sleep(delay);
        }
    }

    @Override
    public Writer open(ShardId shard) {
        var writer = model.open(shard);
        return new Writer() {
            @Override
            public boolean append(ByteBuffer bytes) {
                pass();
                return writer.append(bytes);
            }

            @Override
            public Sealed seal() {
                return renewed(shard, writer.seal());
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        pass();
        return renewed(shard, model.put(shard, value));
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        pass();
        if (refusesReads) {
            return new Read.Failed("the disk does not read");
        }
        if (rotten.contains(shard)) {
            return new Read.Corrupt("rotten");
        }
        int from = destination.position();
        var read = model.get(shard, offsetBytes, destination);
        if (flipsBits && destination.position() > from) {
            int at = from + simulation.random().nextInt(destination.position() - from);
            destination.put(at, (byte) (destination.get(at) ^ 1));
        }
        return read;
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return model.length(shard);
    }

    @Override
    public Sealed delete(ShardId shard) {
        deletes++;
        return renewed(shard, model.delete(shard));
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        return model.list(from, limit);
    }

    @Override
    public Sealed flush() {
        return model.flush();
    }

    @Override
    public boolean reclaim() {
        return model.reclaim();
    }

    @Override
    public Space space() {
        return model.space();
    }

    @Override
    public void close() {}
}
