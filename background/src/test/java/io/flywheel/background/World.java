package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Engine;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.UploadId;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.DataReader;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.objects.Written;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ClientOptions;
import io.flywheel.storage.NodeOptions;
import io.flywheel.storage.StorageClient;
import io.flywheel.storage.StorageNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A store with its namespace, simulated from a seed; to be made inside the run. Making another over the same
/// disk and namespace is a restart.
final class World {
    /// Just large enough to need a block.
    static final int OBJECT_BYTES = ObjectData.INLINE_BYTES_MAX + 1;

    private static final Attributes NO_ATTRIBUTES = new Attributes(List.of(), List.of(), List.of(), "STANDARD");

    final Simulation simulation;
    final ModelNamespace namespace;
    final ShardStore store;
    final BufferPool pool;
    final ObjectData data;
    private final DiskId disk;

    World(Simulation simulation) {
        this(simulation, new ModelShardStore(), new ModelNamespace(simulation.tasks()));
    }

    World(Simulation simulation, ShardStore store, ModelNamespace namespace) {
        this.simulation = simulation;
        this.store = store;
        this.namespace = namespace;
        pool = new BufferPool(simulation.tasks(), BufferPool.PIECE_BYTES, 16);
        var lease =
                (WriteLease.Opened.Lease) WriteLease.open(namespace, simulation.clock(), simulation.random(), "server");
        var asked = new FleetDisk(DiskId.draw(simulation.random()), store, simulation.clock());
        disk = asked.id();
        var path = new DataPath(
                new MappedFleet(
                        simulation.tasks(),
                        simulation.clock(),
                        simulation.random(),
                        MappedFleet.Topology.ofOneDisk(disk, Long.MAX_VALUE),
                        List.of(asked)),
                simulation.tasks(),
                simulation.clock(),
                pool,
                new BufferPool(simulation.tasks(), BufferPool.PIECE_BYTES, 16),
                new Codes(Engine.scalar()),
                new Hedging(simulation.tasks()));
        var opened = ObjectData.open(namespace, path, lease.lease());
        data = ((ObjectData.Opened.Ready) opened).data();
        namespace.apply(new Command.CreateBucket(stamp(), "bucket", "us-east-1"));
    }

    World restart() {
        return new World(simulation, store, namespace);
    }

    /// From now on the disk refuses writes.
    void fence(String reason) {
        ((ModelShardStore) store).fence(reason);
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

    Command.Stamp stamp() {
        var random = simulation.random();
        return new Command.Stamp(
                random.nextLong(), random.nextLong(), simulation.clock().unixMillis(), WriteLease.SYSTEM);
    }

    /// Bytes written but not committed; each is {@code fill}.
    Content write(byte fill, int length) {
        try (var writer = data.writer("STANDARD", length)) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, fill);
            writer.append(ByteBuffer.wrap(bytes));
            return ((Written.Stored) writer.finish()).content();
        }
    }

    void put(String key, byte fill) {
        Content content = write(fill, OBJECT_BYTES);
        var outcome = namespace.apply(new Command.PutObject(
                stamp(),
                "bucket",
                Bytes.utf8(key),
                simulation.random().nextLong(),
                data.writeLease(),
                Condition.NONE,
                OBJECT_BYTES,
                "%032x".formatted(fill),
                Optional.empty(),
                NO_ATTRIBUTES,
                content));
        assertThat(outcome).isInstanceOf(Outcome.ObjectPut.class);
    }

    UploadId createUpload(String key) {
        var id = new UploadId(
                simulation.random().nextLong() | 1, simulation.random().nextLong());
        var outcome = namespace.apply(new Command.CreateUpload(
                stamp(),
                "bucket",
                Bytes.utf8(key),
                id,
                NO_ATTRIBUTES,
                Optional.empty(),
                ObjectChecksum.Type.FULL_OBJECT));
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return id;
    }

    void putPart(String key, UploadId id, int number) {
        var part = new Part(
                number, OBJECT_BYTES, "%032x".formatted(number), Optional.empty(), 0, write((byte) 1, OBJECT_BYTES));
        var outcome =
                namespace.apply(new Command.PutPart(stamp(), "bucket", Bytes.utf8(key), id, data.writeLease(), part));
        assertThat(outcome).isNotInstanceOf(Outcome.Refused.class);
    }

    /// Reads an object of {@link #OBJECT_BYTES} and checks that all its bytes are the same; how the read ended.
    DataReader.Step read(Content content) {
        try (var reader = data.reader(content, 0, OBJECT_BYTES)) {
            while (true) {
                switch (reader.next()) {
                    case DataReader.Step.Piece(var bytes, var release) -> {
                        byte fill = bytes.get(0);
                        while (bytes.hasRemaining()) {
                            assertThat(bytes.get()).isEqualTo(fill);
                        }
                        release.run();
                    }
                    case DataReader.Step end -> {
                        return end;
                    }
                }
            }
        }
    }

    List<BlockId> blocksOnDisk() {
        return store.list(new ShardId(new BlockId(0, 1, 0), 0), 1_000_000).stream()
                .map(ShardId::block)
                .toList();
    }

    List<BlockId> blocksReferenced() {
        return namespace.blocks(new BlockId(0, 1, 0), 1_000_000);
    }

    Audit audit() {
        return audit(Audit.BOUND_SHARDS);
    }

    /// Without a grace: a pass removes what it finds.
    Audit audit(int boundShards) {
        var tasks = simulation.tasks();
        var loopback = new Loopback(tasks, simulation.clock());
        var name = new NodeId("node");
        var fleet = new FleetId(new UUID(1, 1));
        var node = new StorageNode(tasks, simulation.clock(), NodeOptions.DEFAULT);
        node.add(disk, store, List.of());
        node.serve(loopback.as(name), fleet);
        var client =
                new StorageClient(loopback.as(name), name, fleet, tasks, simulation.clock(), ClientOptions.DEFAULT);
        return new Audit(
                OneDiskFleet.of(disk, stamp()),
                namespace,
                data,
                id -> Optional.of(client.disk(id)),
                new DamageReports(),
                simulation.clock(),
                new Audit.Options(Duration.ZERO, Duration.ofHours(1), boundShards));
    }

    Reclaim reclaim() {
        return new Reclaim(namespace, data, simulation.clock(), simulation.random());
    }

    /// Steps until the worker is not busy; what it then said.
    static Worker.Step drain(Worker worker) {
        for (int steps = 0; steps < 100_000; steps++) {
            var step = worker.step();
            if (!(step instanceof Worker.Step.Busy)) {
                return step;
            }
        }
        throw new AssertionError("the worker never rests");
    }
}
