package io.flywheel.bench;

import io.flywheel.background.Repair;
import io.flywheel.background.Worker;
import io.flywheel.background.WorkerDriver;
import io.flywheel.base.Clock;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A disk of eight is lost. How fast its shards are made anew on the others while nobody asks for anything, beside a
/// copy of as many bytes from disk to disk without an engine; and what reads notice of it at the rate that is the
/// default.
///
/// Disks that are files of one device share what it can move, and for each byte made anew four are read: where reads
/// cost what writes cost, no repair can reach more than 2/5 of a copy there. So each disk moves so many bytes a
/// second as a hard disk does, which leaves the device and the processors something over; and beside it, without
/// that limit.
final class RepairBenchmark implements Benchmark {
    private static final int DISKS = 8;
    private static final int LOST = 2;
    /// One disk more than needed for each slot of a lost one to have somewhere to go.
    private static final Map<String, Scheme> SCHEME = Map.of("STANDARD", new Scheme.Rs(4, 2));

    private static final int OBJECT_BYTES = 16 << 20;
    private static final int OBJECTS = 48;
    private static final int WARM_UPS = 4;
    private static final List<Integer> SIZES = List.of(64 << 10, 64 << 10, 64 << 10, 1 << 20, 1 << 20, 4 << 20);
    private static final double READS_PER_SECOND = 150;
    private static final long DEFAULT_RATE = 64 << 20;
    private static final double SLOWDOWN_MAX = 4;
    private static final int MOVES_AT_ONCE = 4;
    private static final long DISK_RATE = 64 << 20;
    private static final long UNLIMITED = Long.MAX_VALUE;

    private static final String REPAIR = "repair, disks of 64 MiB/s";
    private static final String COPY = "raw copy, disks of 64 MiB/s";
    private static final String REPAIR_SHARED = "repair, one device";
    private static final String COPY_SHARED = "raw copy, one device";

    private static final Tasks TASKS = new ThreadTasks();
    private static final Clock CLOCK = new SystemClock();

    @Override
    public String name() {
        return "repair-rate";
    }

    @Override
    public String title() {
        return "one of eight disks under rs(4,2) is lost: its shards made anew, beside a raw copy from disk to disk;"
                + " and GETs meanwhile";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var notes = new ArrayList<String>();
        Map<String, List<Sample>> rates;
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var from = raw(scratch.path().resolve("from"));
                var to = raw(scratch.path().resolve("to"))) {
            var copy = new RawCopy(from, to, TASKS);
            int extents = OBJECTS * OBJECT_BYTES / 4 * 6 / DISKS / (int) ServedFleet.GEOMETRY.extentBytes();
            copy.fill(extents);
            for (int i = 0; i < WARM_UPS; i++) {
                // Each is short, and fills a fleet first.
                repairIdle(setting, UNLIMITED);
            }
            rates = Side.alternate(
                    List.of(
                            new Side(REPAIR, () -> repairIdle(setting, DISK_RATE), false),
                            new Side(COPY, () -> copy(copy, extents, DISK_RATE, from, to), false),
                            new Side(REPAIR_SHARED, () -> repairIdle(setting, UNLIMITED), false),
                            new Side(COPY_SHARED, () -> copy(copy, extents, UNLIMITED, from, to), false)),
                    setting.rounds());
        }
        var report = Report.of(this, Measure.MEBIBYTES, rates);
        var latencies = new LinkedHashMap<String, List<Sample>>();
        for (int round = 0; round < setting.rounds(); round++) {
            underLoad(setting, latencies, notes);
        }
        var foreground = Report.of(this, Measure.MEBIBYTES, latencies);
        var rows = new ArrayList<>(report.rows());
        rows.addAll(foreground.rows());
        notes.add(String.format(
                Locale.ROOT,
                "without the limit, all on one device: repair / raw copy %.3f",
                report.perSecondRatio(REPAIR_SHARED, COPY_SHARED)));
        return new Report(
                name(),
                title(),
                report.unit(),
                rows,
                List.of(Target.atLeast(
                        REPAIR + " / " + COPY + ", per second", report.perSecondRatio(REPAIR, COPY), 0.5)),
                notes);
    }

    private static PacedDisk raw(Path folder) throws IOException {
        return new PacedDisk(FileDisk.open(Files.createDirectories(folder), ServedFleet.GEOMETRY), TASKS, CLOCK);
    }

    private static Sample copy(RawCopy copy, int extents, long bytesPerSecond, PacedDisk from, PacedDisk to) {
        from.limit(bytesPerSecond);
        to.limit(bytesPerSecond);
        return copy.run(extents, OBJECT_BYTES / 4);
    }

    private static Repair.Options options(long bytesPerSecond) {
        return new Repair.Options(Duration.ZERO, bytesPerSecond, SLOWDOWN_MAX, MOVES_AT_ONCE);
    }

    /// Fills a fleet, loses a disk, and waits until nothing is missing.
    private static Sample repairIdle(Setting setting, long bytesPerSecond) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var fleet = new ServedFleet(scratch.path(), DISKS, SCHEME)) {
            var bytes = new byte[OBJECT_BYTES];
            new java.util.Random(1).nextBytes(bytes);
            fleet.use(OBJECTS, bytes);
            for (int i = 0; i < OBJECTS; i++) {
                fleet.put("object-" + i, bytes);
            }
            long lost = fleet.usedBytes(LOST);
            fleet.lose(LOST);
            fleet.pace(bytesPerSecond);
            var repair = fleet.repair(options(1L << 40));
            return Sample.here(1, () -> {
                repair(fleet, repair);
                return lost;
            });
        }
    }

    private static void repair(ServedFleet fleet, Worker repair) {
        while (!fleet.isWhole()) {
            switch (repair.step()) {
                case Worker.Step.Busy() -> {}
                case Worker.Step.Throttled(var delay) -> fleet.tasks().sleep(delay);
                case Worker.Step.Idle() -> fleet.tasks().sleep(Duration.ofMillis(10));
            }
        }
    }

    /// Reads of a fleet that is whole, one that lacks a disk, and one that makes its shards anew at the default rate.
    private static void underLoad(Setting setting, Map<String, List<Sample>> samples, List<String> notes)
            throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var fleet = new ServedFleet(scratch.path(), DISKS, SCHEME)) {
            var load = new OpenLoad(fleet);
            // As much as keeps the repair busy for the round, as far as it fits.
            double seconds = setting.round().toMillis() / 1000.0;
            long wanted = (long) (DEFAULT_RATE * seconds * DISKS / 1.5);
            long most = (long) (ServedFleet.GEOMETRY.extents() * ServedFleet.GEOMETRY.extentBytes() * DISKS / 1.5 / 2);
            int mean = SIZES.stream().mapToInt(Integer::intValue).sum();
            load.fill(SIZES, (int) (Math.min(wanted, most) / mean) + 1);
            load.warmUp(Duration.ofSeconds(3));
            add(
                    samples,
                    "GETs, whole",
                    load.run(READS_PER_SECOND, setting.round()).sample());
            fleet.lose(LOST);
            load.warmUp(Duration.ofSeconds(1));
            add(
                    samples,
                    "GETs, a disk lost",
                    load.run(READS_PER_SECOND, setting.round()).sample());
            var repair = fleet.repair(options(DEFAULT_RATE));
            try (var _ = WorkerDriver.start(fleet.tasks(), fleet.clock(), 1, List.of(repair))) {
                add(
                        samples,
                        "GETs, while it is repaired",
                        load.run(READS_PER_SECOND, setting.round()).sample());
                notes.add(String.format(
                        Locale.ROOT,
                        "at the end of the round with repair: %s, %.0f MiB/s",
                        fleet.isWhole() ? "everything is whole" : "repair goes on",
                        repair.bytesPerSecond() / (1 << 20)));
            }
        }
    }

    private static void add(Map<String, List<Sample>> samples, String side, Sample sample) {
        samples.computeIfAbsent(side, _ -> new ArrayList<>()).add(sample);
    }
}
