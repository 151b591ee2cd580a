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

/// The engine of one disk beside the same bytes written and read through the same port without it. Everything runs in
/// this process; the targets compare rates per second of wall time, since a flush costs no CPU.
final class ShardStoreBenchmark implements Benchmark {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(512, 64 << 20, 4096);
    private static final UUID ID = new UUID(1, 2);
    private static final int SMALL_BYTES = 4 << 10;
    private static final int LARGE_BYTES = 1 << 20;

    @Override
    public String name() {
        return "shardstore";
    }

    @Override
    public String title() {
        return "one disk's engine: durable puts of 4 KiB by 64 callers and of 1 MiB by 4, gets by one, from the page"
                + " cache and from the device";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var disk = FileDisk.open(Files.createDirectories(scratch.path().resolve("engine")), GEOMETRY);
                var plain = FileDisk.open(Files.createDirectories(scratch.path().resolve("raw")), GEOMETRY)) {
            var opened = DiskShardStore.open(disk, new ThreadTasks(), Options.of(ID, true, GEOMETRY));
            if (!(opened instanceof Opened.Ok(var store, var _))) {
                throw new IllegalStateException(opened.toString());
            }
            try (store) {
                var engine = new EngineLoad(store);
                var raw = new RawLoad(plain);
                var report = Report.of(
                        this,
                        Measure.MEBIBYTES,
                        Side.alternate(
                                List.of(
                                        new Side("put 4 KiB", () -> engine.put(SMALL_BYTES, 64, setting.round())),
                                        new Side("raw 4 KiB", () -> raw.append(SMALL_BYTES, 64, setting.round())),
                                        new Side("put 1 MiB", () -> engine.put(LARGE_BYTES, 4, setting.round())),
                                        new Side("raw 1 MiB", () -> raw.append(LARGE_BYTES, 4, setting.round())),
                                        new Side("get 4 KiB", () -> engine.get(SMALL_BYTES, setting.round())),
                                        new Side("raw get 4 KiB", () -> raw.read(SMALL_BYTES, setting.round())),
                                        new Side("get 1 MiB", () -> engine.get(LARGE_BYTES, setting.round())),
                                        new Side("raw get 1 MiB", () -> raw.read(LARGE_BYTES, setting.round())),
                                        new Side("cold get 1 MiB", () -> engine.getCold(LARGE_BYTES), false),
                                        new Side("raw cold get 1 MiB", () -> raw.readCold(LARGE_BYTES), false)),
                                setting.rounds()));
                return report.with(
                        List.of(
                                target(report, "put 4 KiB", "raw 4 KiB", 0.7),
                                target(report, "put 1 MiB", "raw 1 MiB", 0.9),
                                target(report, "get 4 KiB", "raw get 4 KiB", 0.5),
                                target(report, "get 1 MiB", "raw get 1 MiB", 0.85),
                                target(report, "cold get 1 MiB", "raw cold get 1 MiB", 0.85)),
                        List.of(disk.description()));
            }
        }
    }

    private static Target target(Report report, String side, String beside, double bound) {
        return Target.atLeast(
                side + " / " + beside + ", per second", perSecond(report, side) / perSecond(report, beside), bound);
    }

    private static double perSecond(Report report, String side) {
        return report.rows().stream()
                .filter(row -> row.side().equals(side))
                .findFirst()
                .orElseThrow()
                .perSecond();
    }
}
