package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Sustained overwrite of a disk, fuller from phase to phase, in each phase beside the same overwrites on an empty one,
/// the same bytes in raw group commits, and raw reads: what the device would allow.
final class OverwriteBenchmark implements Benchmark {
    /// With fewer, reserve and margins take so much that overwrites of a disk 90 % full would be refused.
    private static final int EXTENTS = 256;
    private static final int EXTENT_BYTES = 16 << 20;
    private static final int RAW_EXTENTS = 64;
    private static final int CALLERS = 8;
    /// Values on the empty disk.
    private static final long EMPTY_BYTES = 64 << 20;
    /// How often the capacity is overwritten before a phase is measured.
    private static final double AGE = 1;

    private static final List<Phase> PHASES = List.of(
            new Phase("50 % full", 0.5, Overwriting.Draw.UNIFORM),
            new Phase("80 % full", 0.8, Overwriting.Draw.UNIFORM),
            new Phase("80 % full, skewed", 0.8, Overwriting.Draw.SKEWED),
            new Phase("90 % full", 0.9, Overwriting.Draw.UNIFORM));

    /// @param fill share that the values take of what the empty disk offers
    private record Phase(String name, double fill, Overwriting.Draw draw) {}

    /// The disks of a run.
    private record Disks(UsedDisk full, UsedDisk empty, RawOverwrites commits, RawReads reads) {}

    @Override
    public String name() {
        return "shardstore-overwrite";
    }

    @Override
    public String title() {
        return "one disk, 50 to 90 % full: durable overwrites of 4 KiB to 1 MiB by 8 callers, while space is reclaimed";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var geometry = new Disk.Geometry(Math.max(EXTENTS, setting.scaled(EXTENTS)), EXTENT_BYTES, 4096);
        var rawGeometry = new Disk.Geometry(RAW_EXTENTS, EXTENT_BYTES, 4096);
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var empty = new UsedDisk(scratch.path().resolve("empty"), geometry, CALLERS);
                var plain = FileDisk.open(Files.createDirectories(scratch.path().resolve("raw")), rawGeometry)) {
            var commits = new RawOverwrites(plain, CALLERS);
            var reads = new RawReads(plain);
            commits.fill();
            empty.begin(EMPTY_BYTES, Overwriting.Draw.UNIFORM, EMPTY_BYTES);
            var samples = new LinkedHashMap<String, List<Sample>>();
            var targets = new ArrayList<Target>();
            var notes = new ArrayList<String>();
            for (var phase : PHASES) {
                try (var own = Flywheel.Scratch.in(setting.disk());
                        var full = new UsedDisk(own.path(), geometry, CALLERS)) {
                    long capacity = full.store().space().freeBytes();
                    full.begin((long) (capacity * phase.fill()), phase.draw(), (long) (capacity * AGE));
                    var measured = measure(phase, new Disks(full, empty, commits, reads), setting);
                    measured.forEach((side, some) -> samples.computeIfAbsent(side, _ -> new ArrayList<>())
                            .addAll(some));
                    var report = Report.of(this, Measure.MEBIBYTES, measured);
                    notes.add(note(phase, full, report));
                    if (phase.name().equals("80 % full")) {
                        targets.add(Target.atLeast(
                                "80 % full / empty, per second", report.perSecondRatio(phase.name(), "empty"), 0.5));
                    }
                }
            }
            notes.add(String.format(
                    Locale.ROOT,
                    "empty: write amplification %.2f, longest overwrite %.1f ms; longest raw commit %.1f ms",
                    empty.writeAmplification(),
                    empty.longestMillis(),
                    commits.longestMillis()));
            notes.add(empty.description());
            return Report.of(this, Measure.MEBIBYTES, samples).with(targets, notes);
        }
    }

    private static Map<String, List<Sample>> measure(Phase phase, Disks disks, Setting setting) throws Exception {
        var round = setting.round();
        // What was overwritten before the phase has compiled what is hot.
        return Side.alternate(
                List.of(
                        new Side(phase.name(), () -> disks.full().overwrite(round), false),
                        new Side("empty", () -> disks.empty().overwrite(round), false),
                        new Side("raw group commits", () -> disks.commits().run(round), false),
                        new Side("raw direct reads", () -> disks.reads().run(round), false)),
                setting.rounds());
    }

    /// A phase beside what was measured in it. An engine that evacuates writes a multiple of what it accepts, and must
    /// read what it copies: all but the accepted bytes. Reads and writes share the device's time.
    private static String note(Phase phase, UsedDisk full, Report report) {
        double written = full.writeAmplification();
        double writes = report.perSecond("raw group commits");
        double reads = report.perSecond("raw direct reads");
        double bound = 1 / (written / writes + Math.max(0, written - 1) / reads);
        double rate = report.perSecond(phase.name());
        return String.format(
                Locale.ROOT,
                "%s: %.0f MiB/s, %.2f of empty; written %.2f and read %.2f for each byte accepted; longest overwrite"
                    + " %.1f ms; this device bounds it at %.0f MiB/s (raw commits %.0f, raw reads %.0f): %.2f of that",
                phase.name(),
                rate,
                report.perSecondRatio(phase.name(), "empty"),
                written,
                full.readAmplification(),
                full.longestMillis(),
                bound,
                writes,
                reads,
                rate / bound);
    }
}
