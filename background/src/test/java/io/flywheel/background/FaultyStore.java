package io.flywheel.background;

import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/// A disk's store that the test breaks.
final class FaultyStore implements ShardStore {
    private final Simulation simulation;
    final Medium medium;
    final ShardStore inner;
    /// Shards whose bytes are not those that were written.
    final NavigableSet<ShardId> rotten;
    boolean refusesReads;
    boolean flipsBits;
    Duration delay = Duration.ZERO;
    int deletes;

    FaultyStore(Simulation simulation, Medium medium, NavigableSet<ShardId> rotten) {
        this.simulation = simulation;
        this.medium = medium;
        inner = medium.store();
        this.rotten = rotten;
    }

    /// Other bytes from now on, on the disk where there is one.
    void rot(ShardId shard) {
        if (!medium.rot(shard)) {
            rotten.add(shard);
        }
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
        var writer = inner.open(shard);
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
        return renewed(shard, inner.put(shard, value));
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
        var read = inner.get(shard, offsetBytes, destination);
        if (flipsBits && destination.position() > from) {
            int at = from + simulation.random().nextInt(destination.position() - from);
            destination.put(at, (byte) (destination.get(at) ^ 1));
        }
        return read;
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return inner.length(shard);
    }

    @Override
    public Sealed delete(ShardId shard) {
        deletes++;
        return renewed(shard, inner.delete(shard));
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        return inner.list(from, limit);
    }

    @Override
    public Sealed flush() {
        return inner.flush();
    }

    @Override
    public boolean reclaim() {
        return inner.reclaim();
    }

    @Override
    public Space space() {
        return inner.space();
    }

    @Override
    public void close() {}
}
