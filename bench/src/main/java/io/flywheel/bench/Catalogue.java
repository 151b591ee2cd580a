package io.flywheel.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The benchmarks by name.
final class Catalogue {
    static final List<Benchmark> ALL = List.of(
            new GetBenchmark(
                    "get-4k", "signed GET of 4 KiB, keep-alive, 64 connections", 4096, 64, Measure.OPERATIONS, 0.35, 0),
            new GetBenchmark(
                    "get-16m",
                    "GET of 16 MiB with checksum verification, 4 connections",
                    16 << 20,
                    4,
                    Measure.MEBIBYTES,
                    0.65,
                    1.0),
            new PutLargeBenchmark(),
            new PutSmallBenchmark(),
            new ListBenchmark(),
            new MemoryBenchmark(),
            new ShardStoreBenchmark(),
            new StorageBenchmark(),
            new OverwriteBenchmark(),
            new RocksBenchmark(),
            new ShardIndexBenchmark(),
            new ErasureBenchmark(),
            new ObjectsBenchmark(),
            new SlowDiskBenchmark(),
            new RepairBenchmark(),
            new LoadtestBenchmark(),
            new LoadtestTruthBenchmark(),
            new LoadtestWaitingBenchmark());

    private Catalogue() {}

    static Optional<Benchmark> find(String name) {
        return ALL.stream().filter(benchmark -> benchmark.name().equals(name)).findFirst();
    }

    /// The name that looks most like {@code name}.
    static String nearest(String name) {
        return ALL.stream()
                .map(Benchmark::name)
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .orElseThrow();
    }

    /// The edit distance of Levenshtein.
    static int distance(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
