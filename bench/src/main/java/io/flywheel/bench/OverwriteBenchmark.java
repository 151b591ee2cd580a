package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;

/// Sustained overwrite of a disk that is four fifths full, beside the same overwrites on an empty disk and the same
/// bytes in raw group commits.
final class OverwriteBenchmark implements Benchmark {
    private static final int EXTENTS = 512;
    private static final int EXTENT_BYTES = 16 << 20;
    private static final int CALLERS = 8;
    private static final double FILL = 0.8;
    /// Values on the empty disk.
    private static final long EMPTY_BYTES = 64 << 20;

    @Override
    public String name() {
        return "shardstore-overwrite";
    }

    @Override
    public String title() {
        return "one disk, 80 % full: durable overwrites of 4 KiB to 1 MiB by 8 callers, while space is reclaimed";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var geometry = new Disk.Geometry(Math.max(64, setting.scaled(EXTENTS)), EXTENT_BYTES, 4096);
        long capacity = geometry.extents() * geometry.extentBytes();
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var full = new UsedDisk(scratch.path().resolve("full"), geometry, CALLERS, Overwriting.Draw.UNIFORM);
                var empty = new UsedDisk(scratch.path().resolve("empty"), geometry, CALLERS, Overwriting.Draw.UNIFORM);
                var plain = FileDisk.open(Files.createDirectories(scratch.path().resolve("raw")), geometry)) {
            full.fill((long) (capacity * FILL));
            empty.fill(EMPTY_BYTES);
            full.age(2 * capacity);
            var raw = new RawOverwrites(plain, CALLERS);
            var report = Report.of(
                    this,
                    Measure.MEBIBYTES,
                    Side.alternate(
                            List.of(
                                    new Side("80 % full", () -> full.overwrite(setting.round())),
                                    new Side("empty", () -> empty.overwrite(setting.round())),
                                    new Side("raw group commits", () -> raw.run(setting.round()))),
                            setting.rounds()));
            return report.with(
                    List.of(Target.atLeast(
                            "80 % full / empty, per second", report.perSecondRatio("80 % full", "empty"), 0.5)),
                    List.of(
                            String.format(
                                    Locale.ROOT,
                                    "80 %% full: write amplification %.2f, longest overwrite %.1f ms",
                                    full.writeAmplification(),
                                    full.longestMillis()),
                            String.format(
                                    Locale.ROOT,
                                    "empty: write amplification %.2f, longest overwrite %.1f ms",
                                    empty.writeAmplification(),
                                    empty.longestMillis()),
                            String.format(Locale.ROOT, "raw: longest commit %.1f ms", raw.longestMillis()),
                            full.store().space().toString(),
                            full.description()));
        }
    }
}
