package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;

/// The engine of one disk beside RocksDB holding the same values in blob files.
final class RocksBenchmark implements Benchmark {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(512, 64 << 20, 4096);
    private static final UUID ID = new UUID(1, 2);
    private static final int SMALL_BYTES = 4 << 10;
    private static final int LARGE_BYTES = 1 << 20;

    @Override
    public String name() {
        return "shardstore-rocksdb";
    }

    @Override
    public String title() {
        return "one disk's engine beside RocksDB with blob files: durable puts of 4 KiB by 64 callers and 1 MiB by 4,"
                + " gets";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var disk = FileDisk.open(Files.createDirectories(scratch.path().resolve("engine")), GEOMETRY);
                var rocks = new RocksLoad(scratch.path().resolve("rocksdb"))) {
            var opened = DiskShardStore.open(disk, new ThreadTasks(), Options.of(ID, true, GEOMETRY));
            if (!(opened instanceof Opened.Ok(var store, var _))) {
                throw new IllegalStateException(opened.toString());
            }
            try (store) {
                var engine = new EngineLoad(store);
                var round = setting.round();
                return Report.of(
                                this,
                                Measure.MEBIBYTES,
                                Side.alternate(
                                        List.of(
                                                new Side("put 4 KiB", () -> engine.put(SMALL_BYTES, 64, round)),
                                                new Side("rocksdb 4 KiB", () -> rocks.put(SMALL_BYTES, 64, round)),
                                                new Side("put 1 MiB", () -> engine.put(LARGE_BYTES, 4, round)),
                                                new Side("rocksdb 1 MiB", () -> rocks.put(LARGE_BYTES, 4, round)),
                                                new Side("get 4 KiB", () -> engine.get(SMALL_BYTES, round)),
                                                new Side("rocksdb get 4 KiB", () -> rocks.get(SMALL_BYTES, round)),
                                                new Side("get 1 MiB", () -> engine.get(LARGE_BYTES, round)),
                                                new Side("rocksdb get 1 MiB", () -> rocks.get(LARGE_BYTES, round))),
                                        setting.rounds()))
                        .noting("RocksDB: one writer, synced log, blob files from 1 KiB, no compression; "
                                + disk.description());
            }
        }
    }
}
