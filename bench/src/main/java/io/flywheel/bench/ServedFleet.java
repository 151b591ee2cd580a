package io.flywheel.bench;

import io.flywheel.background.DamageReports;
import io.flywheel.background.Repair;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.Copyset;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.FileOnDisk;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Engine;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.fleet.WatchedFleet;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Shape;
import io.flywheel.placement.Snapshot;
import io.flywheel.placement.StorageSchemes;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ClientOptions;
import io.flywheel.storage.DiskFaults;
import io.flywheel.storage.FaultyDisk;
import io.flywheel.storage.NodeOptions;
import io.flywheel.storage.RemoteDisk;
import io.flywheel.storage.StorageClient;
import io.flywheel.storage.StorageNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/// Objects on the disks of a storage node, over the loopback, under a fleet map: the copysets that so many disks get,
/// without a frontend. The disks can be made slow, lost, and repaired.
final class ServedFleet implements AutoCloseable {
    static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 16 << 20, 4096);
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final int BUFFERS = 256;
    private static final String STANDARD = "STANDARD";
    private static final String BUCKET = "bucket";
    private static final String ETAG = "d41d8cd98f00b204e9800998ecf8427e";
    private static final Attributes NO_ATTRIBUTES = new Attributes(List.of(), List.of(), List.of(), STANDARD);

    private final ThreadTasks tasks = new ThreadTasks();
    private final SystemClock clock = new SystemClock();
    private final SecureRandomness random = new SecureRandomness();
    private final Hedging hedging = new Hedging(tasks);
    private final Codes codes = new Codes(Engine.choose().best());
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final List<Member> members = new ArrayList<>();
    /// The disks that can be asked.
    private final SortedMap<DiskId, Member> here = new ConcurrentSkipListMap<>();
    private final SortedMap<String, Scheme> schemes;
    private final FleetStore store;
    private final WatchedFleet fleet;
    private final MappedFleet mapped;
    private final ModelNamespace namespace = new ModelNamespace(tasks);
    private final ObjectData data;

    private record Member(
            FaultyDisk disk,
            CountingDisk counted,
            PacedDisk paced,
            ShardStore store,
            RemoteDisk remote,
            FleetDisk asked) {
        DiskId id() {
            return remote.id();
        }
    }

    /// @param configured schemes that are not those that so many disks get by default
    ServedFleet(Path folder, int disks, Map<String, Scheme> configured) throws IOException {
        var loopback = new Loopback(tasks, clock);
        var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
        closings.push(node::close);
        closings.push(node.serve(loopback.as(NODE), FLEET)::close);
        var client =
                new StorageClient(loopback.as(new NodeId("objects")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT);
        var adds = new ArrayList<FleetCommand.AddDisk>();
        SortedMap<DiskId, WholeFile> maps = new TreeMap<>();
        long capacity = GEOMETRY.extents() * GEOMETRY.extentBytes();
        for (int i = 0; i < disks; i++) {
            Path own = folder.resolve("disk" + i);
            var member = open(own, client, node);
            members.add(member);
            here.put(member.id(), member);
            adds.add(new FleetCommand.AddDisk(stamp(), member.id(), Domains.of("bench"), capacity, capacity));
            maps.put(member.id(), new FileOnDisk(own.resolve("map")));
        }
        closings.push(client::close);
        var created = FleetStore.create(new FleetStore.Options(FLEET.uuid(), 3, false), adds, maps, tasks);
        store = ((FleetStore.Opened.Ready) created).store();
        closings.push(store::close);
        var views = MappedFleet.Topology.views(store.map());
        schemes = ((StorageSchemes.Decided.Schemes) StorageSchemes.decide(views, configured)).schemes();
        addCopysets(views);
        mapped = new MappedFleet(tasks, clock, random, topology(store.map()), there());
        fleet = new WatchedFleet(store, tasks, map -> mapped.change(topology(map), there()));
        data = ((ObjectData.Opened.Ready) ObjectData.open(namespace, path(hedging), lease())).data();
        namespace.apply(new Command.CreateBucket(stamp(), BUCKET, "us-east-1"));
    }

    private Member open(Path folder, StorageClient client, StorageNode node) throws IOException {
        var id = DiskId.draw(random);
        var paced = new PacedDisk(
                FileDisk.open(Files.createDirectories(folder.resolve("extents")), GEOMETRY), tasks, clock);
        var counted = new CountingDisk(paced);
        var disk = new FaultyDisk(counted, new DiskFaults(tasks, clock, random));
        closings.push(disk::close);
        if (!(DiskShardStore.open(disk, tasks, Options.of(id.uuid(), true, GEOMETRY))
                instanceof Opened.Ok(var engine, var _))) {
            throw new IllegalStateException("the disk " + folder + " cannot be opened");
        }
        closings.push(engine::close);
        node.add(id, engine, List.of());
        var remote = client.disk(id);
        var asked = new FleetDisk(id, remote.store(this::epoch), epoch -> remote.store(_ -> epoch), clock);
        return new Member(disk, counted, paced, engine, remote, asked);
    }

    private long epoch(int copyset) {
        return fleet.map().copyset(copyset).map(Copyset::epoch).orElse(0);
    }

    private void addCopysets(List<DiskView> views) {
        var planned = (CopysetLayout.Planned.Plan)
                CopysetLayout.plan(Snapshot.of(views, List.of()), Shape.of(scheme()), random);
        var copysets = planned.added().stream()
                .map(added -> new FleetCommand.AddCopysets.NewCopyset(added.parity(), added.level(), added.disks()))
                .toList();
        change(store, new FleetCommand.AddCopysets(stamp(), 0, copysets));
    }

    private static void change(io.flywheel.namespace.fleet.Fleet fleet, FleetCommand command) {
        var outcome = fleet.apply(command);
        if (!(outcome instanceof FleetOutcome.Done)) {
            throw new IllegalStateException(command + ": " + outcome);
        }
    }

    private MappedFleet.Topology topology(FleetMap map) {
        return MappedFleet.Topology.of(map, schemes);
    }

    private List<FleetDisk> there() {
        return here.values().stream().map(Member::asked).toList();
    }

    private DataPath path(Hedging own) {
        return new DataPath(
                mapped,
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                codes,
                own);
    }

    private WriteLease lease() {
        return ((WriteLease.Opened.Lease) WriteLease.open(namespace, clock, random, "bench")).lease();
    }

    private Command.Stamp stamp() {
        return new Command.Stamp(random.nextLong(), random.nextLong(), clock.unixMillis(), WriteLease.SYSTEM);
    }

    ThreadTasks tasks() {
        return tasks;
    }

    SystemClock clock() {
        return clock;
    }

    Scheme scheme() {
        return Objects.requireNonNull(schemes.get(STANDARD));
    }

    Hedging hedging() {
        return hedging;
    }

    ObjectAccess objects() {
        return new ObjectAccess(data);
    }

    /// Stores an object under a name.
    Content put(String key, byte[] bytes) {
        var content = objects().put(bytes);
        var outcome = namespace.apply(new Command.PutObject(
                stamp(),
                BUCKET,
                Bytes.utf8(key),
                random.nextLong(),
                data.writeLease(),
                Condition.NONE,
                bytes.length,
                ETAG,
                Optional.empty(),
                NO_ATTRIBUTES,
                content));
        if (!(outcome instanceof Outcome.ObjectPut)) {
            throw new IllegalStateException(outcome.toString());
        }
        data.settle(content);
        return content;
    }

    /// Writes so many objects and gives their space back: of disks in use, extents were zeroed long ago.
    void use(int count, byte[] bytes) {
        var contents = new ArrayList<Content>();
        for (int i = 0; i < count; i++) {
            contents.add(objects().put(bytes));
        }
        // They will never be committed: who moves a slot must not wait for that.
        contents.forEach(data::settle);
        contents.forEach(objects()::remove);
        members.forEach(member -> {
            while (member.store().reclaim()) {
                // Until there is nothing to do.
            }
        });
    }

    FaultyDisk disk(int number) {
        return members.get(number).disk();
    }

    List<FaultyDisk> disks() {
        return members.stream().map(Member::disk).toList();
    }

    /// From now on each disk moves so many bytes a second at most.
    void pace(long bytesPerSecond) {
        members.forEach(member -> member.paced().limit(bytesPerSecond));
    }

    /// Bytes read from all disks so far.
    long readBytes() {
        return members.stream()
                .mapToLong(member -> member.counted().readBytes())
                .sum();
    }

    /// Bytes that a disk holds.
    long usedBytes(int number) {
        return members.get(number).store().space().usedBytes();
    }

    /// Nobody can ask the disk from now on.
    void lose(int number) {
        var member = members.get(number);
        here.remove(member.id());
        change(fleet, new FleetCommand.MarkAbsent(stamp(), member.id()));
    }

    /// Whether every slot is on a disk that can be asked.
    boolean isWhole() {
        var map = fleet.map();
        return members.stream()
                .filter(member -> !here.containsKey(member.id()))
                .noneMatch(member -> map.copysets().stream().anyMatch(copyset -> copyset.names(member.id())));
    }

    /// The repair of this fleet, as a server runs it.
    Repair repair(Repair.Options options) {
        return new Repair(
                fleet,
                namespace,
                data,
                path(new Hedging(tasks)),
                id -> Optional.ofNullable(here.get(id)).map(Member::remote),
                new DamageReports(),
                random,
                options);
    }

    @Override
    public void close() {
        while (!closings.isEmpty()) {
            closings.pop().run();
        }
    }
}
