package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ClientOptions;
import io.flywheel.storage.Epochs;
import io.flywheel.storage.NodeOptions;
import io.flywheel.storage.StorageClient;
import io.flywheel.storage.StorageNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/// One disk behind a storage node, over messages within the process, beside the same engine called directly.
final class StorageBenchmark implements Benchmark {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(512, 64 << 20, 4096);
    private static final DiskId DISK = new DiskId(new UUID(1, 2));
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final int SMALL_BYTES = 4 << 10;
    private static final int LARGE_BYTES = 1 << 20;

    @Override
    public String name() {
        return "storage";
    }

    @Override
    public String title() {
        return "a disk behind a storage node in the same process: durable puts of 4 KiB by 64 callers and of 1 MiB by"
                + " 4, gets by one from the page cache";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var tasks = new ThreadTasks();
        var clock = new SystemClock();
        var loopback = new Loopback(tasks, clock);
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var plain = disk(scratch.path().resolve("direct"));
                var served = disk(scratch.path().resolve("node"));
                var store = open(plain, tasks);
                var engine = open(served, tasks);
                var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
                var client = new StorageClient(
                        loopback.as(new NodeId("caller")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT)) {
            node.add(DISK, engine, List.of());
            try (var _ = node.serve(loopback.as(NODE), FLEET);
                    var remote = client.disk(DISK).store(Epochs.FIRST)) {
                var direct = new EngineLoad(store);
                var over = new EngineLoad(remote);
                var report = Report.of(
                        this,
                        Measure.MEBIBYTES,
                        Side.alternate(
                                List.of(
                                        new Side("node put 4 KiB", () -> over.put(SMALL_BYTES, 64, setting.round())),
                                        new Side("put 4 KiB", () -> direct.put(SMALL_BYTES, 64, setting.round())),
                                        new Side("node put 1 MiB", () -> over.put(LARGE_BYTES, 4, setting.round())),
                                        new Side("put 1 MiB", () -> direct.put(LARGE_BYTES, 4, setting.round())),
                                        new Side("node get 4 KiB", () -> over.get(SMALL_BYTES, setting.round())),
                                        new Side("get 4 KiB", () -> direct.get(SMALL_BYTES, setting.round())),
                                        new Side("node get 1 MiB", () -> over.get(LARGE_BYTES, setting.round())),
                                        new Side("get 1 MiB", () -> direct.get(LARGE_BYTES, setting.round()))),
                                setting.rounds()));
                return report.with(
                        List.of(
                                target(report, "put 4 KiB", 0.9),
                                target(report, "put 1 MiB", 0.9),
                                target(report, "get 4 KiB", 0.7),
                                target(report, "get 1 MiB", 0.9)),
                        List.of(served.description()));
            }
        }
    }

    private static Disk disk(Path folder) throws Exception {
        return FileDisk.open(Files.createDirectories(folder), GEOMETRY);
    }

    private static ShardStore open(Disk disk, ThreadTasks tasks) {
        if (!(DiskShardStore.open(disk, tasks, Options.of(DISK.uuid(), true, GEOMETRY))
                instanceof Opened.Ok(var store, var _))) {
            throw new IllegalStateException("the disk was refused");
        }
        return store;
    }

    private static Target target(Report report, String side, double bound) {
        return Target.atLeast(
                "node " + side + " / " + side + ", per CPU-second", report.ratio("node " + side, side), bound);
    }
}
