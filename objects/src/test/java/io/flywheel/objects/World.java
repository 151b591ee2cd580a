package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Engine;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// What the objects stand on, simulated from a seed; to be made inside the run.
final class World {
    static final Attributes NO_ATTRIBUTES = new Attributes(List.of(), List.of(), List.of(), "STANDARD");

    private static final Codes CODES = new Codes(Engine.scalar());

    final Simulation simulation;
    final Namespace namespace;
    final ShardStore store;
    final BufferPool pool;
    final BufferPool writing;
    final DataPath path;
    final ObjectData data;

    World(Simulation simulation) {
        this(simulation, new ModelShardStore());
    }

    World(Simulation simulation, ShardStore store) {
        this(simulation, store, new ModelNamespace(simulation.tasks()));
    }

    World(Simulation simulation, ShardStore store, Namespace namespace) {
        this(simulation, store, fleetOf(simulation, disk(simulation, store)), namespace);
    }

    /// @param store of the disk that {@link #shards} looks at
    World(Simulation simulation, ShardStore store, Fleet fleet, Namespace namespace) {
        this.simulation = simulation;
        this.store = store;
        this.namespace = namespace;
        var tasks = simulation.tasks();
        pool = new BufferPool(tasks, BufferPool.PIECE_BYTES, 8);
        writing = new BufferPool(tasks, BufferPool.PIECE_BYTES, 16);
        path = new DataPath(fleet, tasks, simulation.clock(), pool, writing, CODES, new Hedging(tasks));
        var opened = ObjectData.open(namespace, path, openLease());
        data = ((ObjectData.Opened.Ready) opened).data();
        namespace.apply(new Command.CreateBucket(stamp(), "bucket", "us-east-1"));
    }

    private static Fleet fleetOf(Simulation simulation, FleetDisk disk) {
        var topology = MappedFleet.Topology.ofOneDisk(disk.id(), Long.MAX_VALUE);
        return new MappedFleet(simulation.tasks(), simulation.clock(), simulation.random(), topology, List.of(disk));
    }

    static FleetDisk disk(Simulation simulation, ShardStore store) {
        return new FleetDisk(DiskId.draw(simulation.random()), store, simulation.clock());
    }

    interface Story {
        void in(Simulation simulation) throws Exception;
    }

    /// Plays the story once for each seed.
    static void forSeeds(int seeds, Story story) {
        for (long seed = 1; seed <= seeds; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                story.in(simulation);
                return true;
            });
        }
    }

    WriteLease openLease() {
        var opened = WriteLease.open(namespace, simulation.clock(), simulation.random(), "server");
        return ((WriteLease.Opened.Lease) opened).lease();
    }

    Command.Stamp stamp() {
        Random random = simulation.random();
        return new Command.Stamp(
                random.nextLong(), random.nextLong(), simulation.clock().unixMillis(), WriteLease.SYSTEM);
    }

    byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        simulation.random().nextBytes(bytes);
        return bytes;
    }

    /// Writes the bytes in pieces of drawn lengths.
    Written write(byte[] bytes) {
        try (var writer = data.writer("STANDARD", bytes.length)) {
            for (int at = 0; at < bytes.length; ) {
                int part = Math.min(bytes.length - at, 1 + simulation.random().nextInt(300_000));
                var direct = simulation.random().nextInt(2) == 0;
                var buffer = direct ? ByteBuffer.allocateDirect(part) : ByteBuffer.allocate(part);
                if (!writer.append(buffer.put(bytes, at, part).flip())) {
                    break;
                }
                assertThat(buffer.hasRemaining()).isFalse();
                at += part;
            }
            return writer.finish();
        }
    }

    Content store(byte[] bytes) {
        var written = write(bytes);
        assertThat(written).isInstanceOf(Written.Stored.class);
        var stored = (Written.Stored) written;
        assertThat(stored.sizeBytes()).isEqualTo(bytes.length);
        return stored.content();
    }

    Outcome commit(String key, Content content, int sizeBytes) {
        return namespace.apply(new Command.PutObject(
                stamp(),
                "bucket",
                Bytes.utf8(key),
                simulation.random().nextLong(),
                data.writeLease(),
                Condition.NONE,
                sizeBytes,
                "d41d8cd98f00b204e9800998ecf8427e",
                Optional.empty(),
                NO_ATTRIBUTES,
                content));
    }

    /// What a read gave: the bytes before it ended, and how it ended.
    record Result(byte[] bytes, DataReader.Step end) {}

    Result read(Content content, long offset, long length) {
        var bytes = new ByteArrayOutputStream();
        try (var reader = data.reader(content, offset, length)) {
            while (true) {
                var atHand =
                        simulation.random().nextInt(2) == 0 ? reader.poll() : Optional.<DataReader.Step.Piece>empty();
                switch (atHand.isPresent() ? atHand.get() : reader.next()) {
                    case DataReader.Step.Piece(var piece, var release) -> {
                        byte[] copy = new byte[piece.remaining()];
                        piece.get(copy);
                        bytes.writeBytes(copy);
                        release.run();
                    }
                    case DataReader.Step end -> {
                        return new Result(bytes.toByteArray(), end);
                    }
                }
            }
        }
    }

    List<ShardId> shards() {
        return store.list(new ShardId(new BlockId(0, 1, 0), 0), 1_000_000);
    }
}
