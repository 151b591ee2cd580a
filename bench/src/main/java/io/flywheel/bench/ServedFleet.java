package io.flywheel.bench;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Copyset;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Engine;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.ModelNamespace;
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
import io.flywheel.storage.Epochs;
import io.flywheel.storage.FaultyDisk;
import io.flywheel.storage.NodeOptions;
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
import java.util.UUID;

/// Objects on the disks of a storage node, over the loopback: the scheme and the copysets that so many disks get by
/// default, without a frontend. The disks can be made slow.
final class ServedFleet implements AutoCloseable {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 16 << 20, 4096);
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final int BUFFERS = 256;

    private final ThreadTasks tasks = new ThreadTasks();
    private final SystemClock clock = new SystemClock();
    private final Hedging hedging = new Hedging(tasks);
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final List<FaultyDisk> faulty = new ArrayList<>();
    private final List<CountingDisk> counting = new ArrayList<>();
    private final Scheme scheme;
    private final ObjectAccess objects;

    ServedFleet(Path folder, int disks) throws IOException {
        var random = new SecureRandomness();
        var loopback = new Loopback(tasks, clock);
        var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
        closings.push(node::close);
        closings.push(node.serve(loopback.as(NODE), FLEET)::close);
        var client =
                new StorageClient(loopback.as(new NodeId("objects")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT);
        var there = new ArrayList<FleetDisk>();
        for (int i = 0; i < disks; i++) {
            var id = DiskId.draw(random);
            node.add(id, open(folder.resolve("disk" + i), id), List.of());
            var remote = client.disk(id);
            there.add(new FleetDisk(id, remote.store(Epochs.FIRST), clock));
        }
        closings.push(client::close);
        var views = there.stream()
                .map(disk ->
                        DiskView.empty(disk.id(), Domains.of("bench"), GEOMETRY.extents() * GEOMETRY.extentBytes()))
                .toList();
        var schemes = ((StorageSchemes.Decided.Schemes) StorageSchemes.decide(views, Map.of())).schemes();
        scheme = Objects.requireNonNull(schemes.get("STANDARD"));
        var planned = (CopysetLayout.Planned.Plan)
                CopysetLayout.plan(Snapshot.of(views, List.of()), Shape.of(scheme), random);
        var copysets = new ArrayList<Copyset>();
        planned.added()
                .forEach(added ->
                        copysets.add(Copyset.of(copysets.size(), added.parity(), added.level(), added.disks())));
        var path = new DataPath(
                new MappedFleet(tasks, clock, random, new MappedFleet.Topology(views, copysets, schemes), there),
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new Codes(Engine.choose().best()),
                hedging);
        var namespace = new ModelNamespace(tasks);
        var lease = (WriteLease.Opened.Lease) WriteLease.open(namespace, clock, random, "bench");
        objects = new ObjectAccess(((ObjectData.Opened.Ready) ObjectData.open(namespace, path, lease.lease())).data());
    }

    private ShardStore open(Path folder, DiskId id) throws IOException {
        var counted = new CountingDisk(FileDisk.open(Files.createDirectories(folder), GEOMETRY));
        var disk = new FaultyDisk(counted, tasks, clock);
        closings.push(disk::close);
        if (!(DiskShardStore.open(disk, tasks, Options.of(id.uuid(), true, GEOMETRY))
                instanceof Opened.Ok(var store, var _))) {
            throw new IllegalStateException("the disk " + folder + " cannot be opened");
        }
        closings.push(store::close);
        counting.add(counted);
        faulty.add(disk);
        return store;
    }

    ThreadTasks tasks() {
        return tasks;
    }

    Scheme scheme() {
        return scheme;
    }

    Hedging hedging() {
        return hedging;
    }

    ObjectAccess objects() {
        return objects;
    }

    FaultyDisk disk(int number) {
        return faulty.get(number);
    }

    List<FaultyDisk> disks() {
        return List.copyOf(faulty);
    }

    /// Bytes read from all disks so far.
    long readBytes() {
        return counting.stream().mapToLong(CountingDisk::readBytes).sum();
    }

    @Override
    public void close() {
        while (!closings.isEmpty()) {
            closings.pop().run();
        }
    }
}
