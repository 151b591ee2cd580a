package io.flywheel.bench;

import io.flywheel.storage.DiskFault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// One of eight disks is 50 times slower than the others. Reads are to steer around it and to hedge what they began
/// before they knew: the slowest hundredth of all reads may take twice as long as on healthy disks, for a few reads
/// more. Twice: with files in the page cache, where a healthy disk answers at once, and with disks that take 2 ms for
/// each read, as disks do.
final class SlowDiskBenchmark implements Benchmark {
    private static final int DISKS = 8;
    private static final int SLOW = 3;
    private static final int TIMES_SLOWER = 50;
    private static final double READS_PER_SECOND = 150;
    /// Small objects are copies, large ones stripes.
    private static final List<Integer> SIZES = List.of(64 << 10, 64 << 10, 64 << 10, 1 << 20, 1 << 20, 4 << 20);
    private static final int OBJECTS = 40;
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    /// @param read how long each read of a healthy disk takes at least
    private record Condition(String name, Duration read) {}

    private static final List<Condition> CONDITIONS =
            List.of(new Condition("page cache", Duration.ZERO), new Condition("reads of 2 ms", Duration.ofMillis(2)));

    /// What all rounds of a side came to beside their latencies.
    private static final class Tally {
        final Map<Integer, Histogram> bySize = new TreeMap<>();
        long shardReads;
        long hedges;
        long readBytes;
        long askedBytes;
    }

    @Override
    public String name() {
        return "slow-disk";
    }

    @Override
    public String title() {
        return "objects of 64 KiB, 1 MiB and 4 MiB on eight disks behind a storage node, " + (int) READS_PER_SECOND
                + " GETs a second, timed from when they were due; healthy, and one disk " + TIMES_SLOWER
                + " times slower";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var samples = new LinkedHashMap<String, List<Sample>>();
        var targets = new ArrayList<Target>();
        var notes = new ArrayList<String>();
        for (var condition : CONDITIONS) {
            try (var scratch = Flywheel.Scratch.in(setting.ram());
                    var measured = new Measured(scratch.path(), condition)) {
                var sides = measured.alternate(setting);
                samples.putAll(sides);
                targets.addAll(measured.targets(Report.of(this, Measure.OPERATIONS, sides)));
                notes.addAll(measured.notes());
            }
        }
        return Report.of(this, Measure.OPERATIONS, samples).with(targets, notes);
    }

    /// A fleet in one condition.
    private static final class Measured implements AutoCloseable {
        private final Condition condition;
        private final ServedFleet fleet;
        private final OpenLoad load;
        private final Tally healthy = new Tally();
        private final Tally slow = new Tally();

        Measured(Path folder, Condition condition) throws IOException {
            this.condition = condition;
            fleet = new ServedFleet(folder, DISKS, Map.of());
            load = new OpenLoad(fleet);
            load.fill(SIZES, OBJECTS);
        }

        private String healthySide() {
            return condition.name() + ", healthy";
        }

        private String slowSide() {
            return condition.name() + ", one slow";
        }

        /// What is known of a disk from the round before is part of each round: the slow disk has to be found
        /// out, and to be tried again.
        Map<String, List<Sample>> alternate(Setting setting) throws Exception {
            for (var disk : fleet.disks()) {
                disk.faults().become(new DiskFault.Slow(1, condition.read()));
            }
            load.warmUp(WARM_UP);
            makeSlow(true);
            load.warmUp(WARM_UP);
            makeSlow(false);
            load.warmUp(WARM_UP);
            return Side.alternate(
                    List.of(
                            new Side(healthySide(), () -> round(healthy, setting.round()), false),
                            new Side(slowSide(), () -> slowRound(setting.round()), false)),
                    setting.rounds());
        }

        private void makeSlow(boolean isSlow) {
            int times = isSlow ? TIMES_SLOWER : 1;
            var read = condition.read().multipliedBy(times);
            fleet.disk(SLOW).faults().become(new DiskFault.Slow(times, read));
        }

        private Sample slowRound(Duration round) {
            makeSlow(true);
            try {
                return round(slow, round);
            } finally {
                makeSlow(false);
            }
        }

        private Sample round(Tally tally, Duration round) {
            long shardReads = fleet.hedging().reads();
            long hedges = fleet.hedging().hedges();
            long readBytes = fleet.readBytes();
            var result = load.run(READS_PER_SECOND, round);
            tally.shardReads += fleet.hedging().reads() - shardReads;
            tally.hedges += fleet.hedging().hedges() - hedges;
            tally.readBytes += fleet.readBytes() - readBytes;
            tally.askedBytes += result.sample().bytes();
            result.bySize()
                    .forEach((size, latency) -> tally.bySize
                            .computeIfAbsent(size, _ -> new Histogram(3))
                            .add(latency));
            return result.sample();
        }

        List<Target> targets(Report report) {
            double ratio = p99(report, slowSide()) / p99(report, healthySide());
            return List.of(
                    Target.atMost(condition.name() + ": p99 with one slow / healthy", ratio, 2),
                    Target.atMost(
                            condition.name() + ": hedges of the reads of shards",
                            share(slow.hedges, slow.shardReads),
                            0.03));
        }

        private static double p99(Report report, String side) {
            return report.rows().stream()
                    .filter(row -> row.side().equals(side))
                    .findFirst()
                    .orElseThrow()
                    .latencyMillis99();
        }

        private static double share(long part, long whole) {
            return whole == 0 ? 0 : (double) part / whole;
        }

        List<String> notes() {
            var notes = new ArrayList<String>();
            notes.add(String.format(
                    Locale.ROOT,
                    "%s, %s: bytes read for each byte asked for %.3f healthy, %.3f with one slow; hedges %.4f and %.4f"
                            + " of %d and %d reads of shards that waited",
                    condition.name(),
                    fleet.scheme(),
                    share(healthy.readBytes, healthy.askedBytes),
                    share(slow.readBytes, slow.askedBytes),
                    share(healthy.hedges, healthy.shardReads),
                    share(slow.hedges, slow.shardReads),
                    healthy.shardReads,
                    slow.shardReads));
            slow.bySize.forEach((size, latency) -> {
                var usual = Objects.requireNonNull(healthy.bySize.get(size));
                notes.add(String.format(
                        Locale.ROOT,
                        "%s, %d KiB: p50 %.2f ms healthy, %.2f with one slow; p99 %.2f and %.2f; longest %.1f and %.1f",
                        condition.name(),
                        size >> 10,
                        millis(usual, 50),
                        millis(latency, 50),
                        millis(usual, 99),
                        millis(latency, 99),
                        millis(usual, 100),
                        millis(latency, 100)));
            });
            return notes;
        }

        private static double millis(Histogram latency, double percentile) {
            return latency.getValueAtPercentile(percentile) / 1000.0;
        }

        @Override
        public void close() {
            fleet.close();
        }
    }
}
