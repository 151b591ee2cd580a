package io.flywheel.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What an index of 100 million shards on one disk costs: memory, and the time to open it.
final class ShardIndexBenchmark implements Benchmark {
    private static final long SHARDS = 100_000_000;
    private static final String HEAP = "-Xmx400m";
    private static final double MEBIBYTE = 1 << 20;

    @Override
    public String name() {
        return "shardstore-index";
    }

    @Override
    public String title() {
        return "an index of 100 million shards: peak resident memory (VmHWM) and the time to open the disk";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        long shards = setting.scaledBytes(SHARDS);
        try (var scratch = Flywheel.Scratch.in(setting.disk())) {
            var folder = scratch.path().resolve("disk");
            live("make", folder, shards);
            var clean = live("open", folder, shards);
            live("crash", folder, shards);
            var recovered = live("open", folder, shards);
            long peakBytes = Math.max(clean.residentBytesPeak(), recovered.residentBytesPeak());
            return new Report(
                    name(),
                    title(),
                    "seconds",
                    List.of(),
                    List.of(
                            Target.atMost("peak resident MiB", peakBytes / MEBIBYTE, 512),
                            Target.atMost("seconds to open after a clean shutdown", clean.openSeconds(), 2),
                            Target.atMost("seconds to open after a crash", recovered.openSeconds(), 10)),
                    List.of(
                            String.format(
                                    Locale.ROOT,
                                    "%,d synthesised shards, heap %s; looking one up at random takes %.0f µs",
                                    shards,
                                    HEAP,
                                    clean.lookupMicros()),
                            "the crash leaves 120,000 puts in the log; the files are in the page cache"));
        }
    }

    private static ShardIndexLife.Measured live(String what, Path folder, long shards) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShardIndexLife.class.getName(),
                        what,
                        folder.toString(),
                        Long.toString(shards))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (process.waitFor() != 0 || lines.isEmpty()) {
            throw new IllegalStateException(what + " failed");
        }
        return ShardIndexLife.Measured.parse(lines.getLast());
    }
}
