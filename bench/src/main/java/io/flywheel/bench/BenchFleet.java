package io.flywheel.bench;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Copyset;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Engine;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.placement.DiskView;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/// Objects on one copyset of as many disks as their scheme has shards, without a frontend.
final class BenchFleet implements AutoCloseable {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 16 << 20, 4096);
    private static final int BUFFERS = 128;

    private final ThreadTasks tasks = new ThreadTasks();
    private final List<FleetDisk> disks = new ArrayList<>();
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final MappedFleet.Topology topology;
    private final MappedFleet fleet;
    private final Hedging hedging = new Hedging(tasks);
    private final ObjectAccess objects;

    /// @param seen what the fleet sees of each disk's store, by its number
    BenchFleet(Path folder, Scheme scheme, List<UnaryOperator<ShardStore>> seen) throws IOException {
        var clock = new SystemClock();
        var random = new SecureRandomness();
        for (int i = 0; i < scheme.shards(); i++) {
            var store = open(Files.createDirectories(folder.resolve("disk" + i)), i);
            disks.add(new FleetDisk(DiskId.draw(random), seen.get(i).apply(store), clock));
        }
        var ids = disks.stream().map(FleetDisk::id).toList();
        var views = ids.stream()
                .map(id -> DiskView.empty(id, Domains.of("bench"), GEOMETRY.extents() * GEOMETRY.extentBytes()))
                .toList();
        var schemes = new TreeMap<String, Scheme>();
        schemes.put("STANDARD", scheme);
        var copyset = Copyset.of(0, scheme.parityShards(), Domains.Level.DISK, ids);
        topology = new MappedFleet.Topology(views, List.of(copyset), schemes);
        fleet = new MappedFleet(tasks, clock, random, topology, disks);
        var namespace = new ModelNamespace(tasks);
        var path = new DataPath(
                fleet,
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new Codes(Engine.choose().best()),
                hedging);
        var lease = (WriteLease.Opened.Lease) WriteLease.open(namespace, clock, random, "bench");
        objects = new ObjectAccess(((ObjectData.Opened.Ready) ObjectData.open(namespace, path, lease.lease())).data());
    }

    static List<UnaryOperator<ShardStore>> asTheyAre(Scheme scheme) {
        return Collections.nCopies(scheme.shards(), UnaryOperator.identity());
    }

    private ShardStore open(Path folder, int number) throws IOException {
        var disk = FileDisk.open(folder, GEOMETRY);
        closings.push(disk::close);
        var options = Options.of(new UUID(1, number), true, GEOMETRY);
        if (!(DiskShardStore.open(disk, tasks, options) instanceof Opened.Ok(var store, var _))) {
            throw new IllegalStateException("the disk " + folder + " cannot be opened");
        }
        closings.push(store::close);
        return store;
    }

    /// Only those disks can be asked from now on.
    void keep(List<Integer> numbers) {
        fleet.change(topology, numbers.stream().map(disks::get).toList());
    }

    Hedging hedging() {
        return hedging;
    }

    Content put(byte[] bytes) {
        return objects.put(bytes);
    }

    void remove(Content content) {
        objects.remove(content);
    }

    /// Gives back the space of what was removed.
    void reclaim() {
        disks.forEach(disk -> {
            while (disk.store().reclaim()) {
                // Until there is nothing to do.
            }
        });
    }

    long get(Content content, int length) {
        return objects.get(content, length);
    }

    @Override
    public void close() {
        while (!closings.isEmpty()) {
            closings.pop().run();
        }
    }
}
