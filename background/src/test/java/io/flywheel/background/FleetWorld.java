package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.Copyset;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.FleetId;
import io.flywheel.base.NodeId;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.WholeFile;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.base.simulated.SimulatedNetwork;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Engine;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.fleet.WatchedFleet;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.DataReader;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.objects.Written;
import io.flywheel.placement.Shape;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.storage.ClientOptions;
import io.flywheel.storage.NodeOptions;
import io.flywheel.storage.RemoteDisk;
import io.flywheel.storage.StorageClient;
import io.flywheel.storage.StorageNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/// A fleet whose disks are served behind messages, its map and its namespace, simulated from a seed; to be made inside
/// the run. {@link #restart} ends the process, however busy it is, and begins another.
final class FleetWorld {
    static final long DISK_BYTES = 1L << 40;
    static final FleetId FLEET = new FleetId(new UUID(3, 4));
    static final Duration SCRUB_PERIOD = Duration.ofMinutes(5);
    static final Duration GRACE = Duration.ofSeconds(20);
    static final Repair.Options REPAIR = new Repair.Options(GRACE, 1L << 30, 4, 4);

    private static final NodeId HOST = new NodeId("host");
    private static final Codes CODES = new Codes(Engine.scalar());
    private static final Attributes NO_ATTRIBUTES = new Attributes(List.of(), List.of(), List.of(), "STANDARD");

    final Simulation simulation;
    final Scheme scheme;
    private final Shape shape;
    private final Supplier<Medium> mediums;
    final List<Member> members = new ArrayList<>();
    final ModelNamespace everlasting;
    final SimulatedFile scrubbed = new SimulatedFile();
    Life life;

    /// The process has ended: what its tasks still do comes to nothing.
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;

        Died() {
            super("the process has ended", null, false, false);
        }
    }

    FleetWorld(Simulation simulation, int disks, Scheme scheme) {
        this(simulation, disks, scheme, 10);
    }

    FleetWorld(Simulation simulation, int disks, Scheme scheme, int copysetsPerDisk) {
        this(simulation, disks, scheme, copysetsPerDisk, () -> new Medium.Model(ModelShardStore.persistingOnFlush()));
    }

    /// @param mediums what the disks keep their shards in
    FleetWorld(Simulation simulation, int disks, Scheme scheme, int copysetsPerDisk, Supplier<Medium> mediums) {
        this.simulation = simulation;
        this.mediums = mediums;
        this.scheme = scheme;
        shape = new Shape(scheme.shards(), scheme.parityShards(), copysetsPerDisk);
        everlasting = new ModelNamespace(simulation.tasks());
        var adds = new ArrayList<FleetCommand.AddDisk>();
        for (int i = 0; i < disks; i++) {
            var member = new Member(simulation, i, mediums.get());
            members.add(member);
            adds.add(new FleetCommand.AddDisk(stamp(), member.id, Domains.of("node"), DISK_BYTES, DISK_BYTES));
        }
        life = new Life(adds);
        assertThat(life.rebalance.addCopysets()).isEmpty();
        everlasting.apply(new Command.CreateBucket(stamp(), "bucket", "us-east-1"));
    }

    Command.Stamp stamp() {
        var random = simulation.random();
        return new Command.Stamp(
                random.nextLong(), random.nextLong(), simulation.clock().unixMillis(), WriteLease.SYSTEM);
    }

    int random(int bound) {
        return simulation.random().nextInt(bound);
    }

    /// The power goes off, and on again.
    void restart() {
        life.dead = true;
        for (var member : members) {
            member.crash();
        }
        life = new Life(List.of());
    }

    /// Takes a disk away.
    void detach(Member member) {
        member.attached = false;
        life.leave(member);
    }

    /// Brings it back as it was.
    void attach(Member member) {
        member.attached = true;
        life.serve(member);
        life.remap();
        life.apply(new FleetCommand.MarkPresent(stamp(), member.id));
    }

    Member add() {
        var member = new Member(simulation, members.size(), mediums.get());
        members.add(member);
        life.serve(member);
        life.store.attach(member.id, life.new File(member.map));
        life.apply(new FleetCommand.AddDisk(stamp(), member.id, Domains.of("node"), DISK_BYTES, DISK_BYTES));
        return member;
    }

    Member member(DiskId id) {
        return members.stream()
                .filter(member -> member.id.equals(id))
                .findFirst()
                .orElseThrow();
    }

    /// One life of the process.
    final class Life implements Disks {
        boolean dead;
        final SimulatedNetwork network = new SimulatedNetwork(simulation);
        final NavigableMap<DiskId, RemoteDisk> here = new TreeMap<>();
        final NavigableMap<DiskId, FleetDisk> asked = new TreeMap<>();
        final SortedMap<DiskId, StorageNode> nodes = new TreeMap<>();
        final FleetStore store;
        final WatchedFleet fleet;
        final Namespace namespace;
        final MappedFleet mapped;
        final DamageReports reports = new DamageReports();
        final ObjectData data;
        final DataPath background;
        final Repair repair;
        final Rebalance rebalance;
        final Reclaim reclaim;
        final Audit audit;
        final Scrub scrub;

        Life(List<FleetCommand.AddDisk> adds) {
            var tasks = simulation.tasks();
            SortedMap<DiskId, WholeFile> files = new TreeMap<>();
            for (var member : members) {
                if (member.attached) {
                    serve(member);
                    files.put(member.id, new File(member.map));
                }
            }
            var options = new FleetStore.Options(FLEET.uuid(), 2 * scheme.parityShards() + 1, false);
            var opened = adds.isEmpty()
                    ? FleetStore.open(options, files, tasks)
                    : FleetStore.create(options, adds, files, tasks);
            assertThat(opened).isInstanceOf(FleetStore.Opened.Ready.class);
            store = ((FleetStore.Opened.Ready) opened).store();
            mapped = new MappedFleet(
                    tasks, simulation.clock(), simulation.random(), topology(store.map()), there(store.map()));
            fleet = new WatchedFleet(store, tasks, map -> {
                mapped.change(topology(map), there(map));
            });
            mapped.reportTo(reports::report);
            namespace = mortal();
            data = open();
            background = path(mapped, 64);
            repair = new Repair(fleet, namespace, data, background, this, reports, simulation.random(), REPAIR);
            rebalance =
                    new Rebalance(fleet, () -> List.of(shape), this, simulation.clock(), simulation.random(), GRACE, 2);
            reclaim = new Reclaim(namespace, data, simulation.clock(), simulation.random());
            audit = new Audit(
                    fleet,
                    namespace,
                    data,
                    this,
                    reports,
                    simulation.clock(),
                    Audit.Options.of(Duration.ofSeconds(30), Duration.ofMinutes(2)));
            scrub = new Scrub(
                    fleet,
                    namespace,
                    this,
                    reports,
                    new File(scrubbed),
                    background.reading(),
                    simulation.clock(),
                    new Scrub.Options(SCRUB_PERIOD, 1L << 30, 4));
            for (var member : members) {
                boolean isThere = store.map().disk(member.id).orElseThrow().present();
                if (isThere != member.attached) {
                    apply(
                            member.attached
                                    ? new FleetCommand.MarkPresent(stamp(), member.id)
                                    : new FleetCommand.MarkAbsent(stamp(), member.id));
                }
            }
        }

        private ObjectData open() {
            var lease = WriteLease.open(namespace, simulation.clock(), simulation.random(), "server");
            var opened = ObjectData.open(namespace, path(mapped, 64), ((WriteLease.Opened.Lease) lease).lease());
            return ((ObjectData.Opened.Ready) opened).data();
        }

        private DataPath path(MappedFleet over, int buffers) {
            var tasks = simulation.tasks();
            return new DataPath(
                    over,
                    tasks,
                    simulation.clock(),
                    new BufferPool(tasks, BufferPool.PIECE_BYTES, buffers),
                    new BufferPool(tasks, BufferPool.PIECE_BYTES, buffers),
                    CODES,
                    new Hedging(tasks));
        }

        private MappedFleet.Topology topology(FleetMap map) {
            SortedMap<String, Scheme> schemes = new TreeMap<>();
            schemes.put("STANDARD", scheme);
            return MappedFleet.Topology.of(map, schemes);
        }

        private List<FleetDisk> there(FleetMap map) {
            return map.disks().keySet().stream()
                    .filter(id -> asked.get(id) != null)
                    .map(asked::get)
                    .toList();
        }

        void remap() {
            mapped.change(topology(store.map()), there(store.map()));
        }

        void serve(Member member) {
            var node = new StorageNode(simulation.tasks(), simulation.clock(), NodeOptions.DEFAULT);
            node.add(member.id, member.store, List.of());
            node.serve(network.as(member.node), FLEET);
            nodes.put(member.id, node);
            var options = new ClientOptions(
                    Limits.DEFAULT,
                    Duration.ofSeconds(1),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5));
            var client = new StorageClient(
                    network.as(HOST), member.node, FLEET, simulation.tasks(), simulation.clock(), options);
            var remote = client.disk(member.id);
            here.put(member.id, remote);
            asked.put(
                    member.id,
                    new FleetDisk(
                            member.id,
                            remote.store(copyset -> fleet().map()
                                    .copyset(copyset)
                                    .map(Copyset::epoch)
                                    .orElse(0)),
                            epoch -> remote.store(_ -> epoch),
                            simulation.clock()));
        }

        private io.flywheel.namespace.fleet.Fleet fleet() {
            return fleet;
        }

        void leave(Member member) {
            here.remove(member.id);
            asked.remove(member.id);
            network.crash(member.node);
            remap();
            apply(new FleetCommand.MarkAbsent(stamp(), member.id));
        }

        FleetOutcome apply(FleetCommand command) {
            return fleet.apply(command);
        }

        @Override
        public Optional<RemoteDisk> disk(DiskId id) {
            return Optional.ofNullable(here.get(id));
        }

        /// A file of this life only.
        final class File implements WholeFile {
            private final SimulatedFile file;

            File(SimulatedFile file) {
                this.file = file;
            }

            @Override
            public Read read(int bytesMax) {
                return file.read(bytesMax);
            }

            @Override
            public Disk.Io replace(byte[] bytes) {
                return dead ? new Disk.Io.Failed(new IOException("dead")) : file.replace(bytes);
            }
        }

        private Namespace mortal() {
            return (Namespace) Proxy.newProxyInstance(
                    Namespace.class.getClassLoader(), new Class<?>[] {Namespace.class}, (_, method, arguments) -> {
                        if (dead) {
                            throw new Died();
                        }
                        try {
                            return method.invoke(everlasting, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        /// What writing came to; empty when it failed cleanly.
        Optional<Content> write(byte[] bytes) {
            return write(bytes, Duration.ZERO);
        }

        /// @param pause somewhere between the bytes
        Optional<Content> write(byte[] bytes, Duration pause) {
            try (var writer = data.writer("STANDARD", bytes.length)) {
                int first = pause.isZero() ? bytes.length : 1 + random(bytes.length - 1);
                writer.append(ByteBuffer.wrap(bytes, 0, first));
                simulation.tasks().sleep(pause);
                writer.append(ByteBuffer.wrap(bytes, first, bytes.length - first));
                return writer.finish() instanceof Written.Stored(var content, var _)
                        ? Optional.of(content)
                        : Optional.empty();
            }
        }

        boolean commit(String key, Content content, int sizeBytes) {
            var outcome = namespace.apply(new Command.PutObject(
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
            if (outcome instanceof Outcome.ObjectPut) {
                data.settle(content);
                return true;
            }
            data.discard(content);
            return false;
        }

        boolean put(String key, byte[] bytes) {
            return write(bytes)
                    .map(content -> commit(key, content, bytes.length))
                    .orElse(false);
        }

        void delete(String key) {
            namespace.apply(new Command.DeleteObject(
                    stamp(),
                    "bucket",
                    Bytes.utf8(key),
                    VersionSelector.CURRENT,
                    simulation.random().nextLong(),
                    Condition.NONE));
        }

        /// What reading came to.
        sealed interface Got {
            record Whole(byte[] bytes) implements Got {}

            record Nothing() implements Got {}

            /// @param bytes that came before it
            record Failed(byte[] bytes, String why) implements Got {}
        }

        Got get(String key) {
            try (var _ = data.lease()) {
                if (!(namespace.lookup("bucket", Bytes.utf8(key), VersionSelector.CURRENT)
                        instanceof Lookup.Found(var version, var _))) {
                    return new Got.Nothing();
                }
                var bytes = new ByteArrayOutputStream();
                try (var reader = data.reader(version.content(), 0, version.sizeBytes())) {
                    while (true) {
                        switch (reader.next()) {
                            case DataReader.Step.Piece(var piece, var release) -> {
                                byte[] copy = new byte[piece.remaining()];
                                piece.get(copy);
                                bytes.writeBytes(copy);
                                release.run();
                            }
                            case DataReader.Step.End() -> {
                                return new Got.Whole(bytes.toByteArray());
                            }
                            case DataReader.Step end -> {
                                return new Got.Failed(bytes.toByteArray(), end.toString());
                            }
                        }
                    }
                }
            }
        }

        /// The data services but the repair.
        List<Worker> others() {
            return List.of(rebalance, reclaim, audit, scrub);
        }

        /// What keeps the fleet from being whole.
        List<String> flaws() {
            return new Inspection(FleetWorld.this).flaws();
        }

        /// What should not be there.
        List<String> leftovers() {
            return new Inspection(FleetWorld.this).leftovers();
        }

        List<BlockRef> referenced() {
            return new Inspection(FleetWorld.this).referenced();
        }
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        simulation.random().nextBytes(bytes);
        return bytes;
    }
}
