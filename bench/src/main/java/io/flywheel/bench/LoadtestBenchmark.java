package io.flywheel.bench;

import io.flywheel.loadtest.s3.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a request costs the load generator: whole runs of the packs `http` and `s3`, engine and histograms included,
/// beside wrk and beside a socket that is read without looking. nginx serves all of them from memory and checks no
/// signatures; every byte of S3's objects is compared.
final class LoadtestBenchmark implements Benchmark {
    private static final int CONNECTIONS = 64;
    private static final int SMALL_BYTES = 4096;
    private static final int SMALL_OBJECTS = 100;
    private static final int LARGE_BYTES = 16 << 20;
    private static final String WRK = "wrk, 100 bytes";
    private static final String HTTP = "pack http, 100 bytes";
    private static final String SMALL = "pack s3, signed, 4 KiB";
    private static final String LARGE = "pack s3, signed, 16 MiB";
    private static final String RAW = "raw socket, 16 MiB";

    @Override
    public String name() {
        return "loadtest";
    }

    @Override
    public String title() {
        return "GET by the load generator on one event loop; requests per CPU-second of the generator";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var nginx = Nginx.installed().orElseThrow(() -> new IOException("nginx is not installed"));
        var wrk = Wrk.installed().orElseThrow(() -> new IOException("wrk is not installed"));
        try (var scratch = Flywheel.Scratch.in(setting.ram())) {
            Path www = Files.createDirectories(scratch.path().resolve("www"));
            Files.write(www.resolve("hundred"), new byte[100]);
            write(www, "small/", SMALL_OBJECTS, SMALL_BYTES);
            write(www, "large/", 1, LARGE_BYTES);
            Path file = scratch.path().resolve("run.conf");
            try (var server = Nginx.start(nginx, www, scratch.path().resolve("nginx"), 1)) {
                String target = "http://127.0.0.1:" + server.port();
                Duration round = setting.round();
                var sides = new ArrayList<Side>();
                sides.add(new Side(WRK, () -> Wrk.run(wrk, target + "/hundred", CONNECTIONS, round), false));
                sides.add(new Side(HTTP, () -> run(file, target, CONNECTIONS, round, """
                    pack = http
                    http { threads = 1, requests { get { path = "/hundred", bytes = 100 } } }
                    """)));
                sides.add(new Side(
                        SMALL, () -> run(file, target, CONNECTIONS, round, s3("small/", SMALL_OBJECTS, SMALL_BYTES))));
                sides.add(new Side(LARGE, () -> run(file, target, 1, round, s3("large/", 1, LARGE_BYTES))));
                String large = "/bench/" + key("large/", 0);
                sides.add(new Side(RAW, () -> RawDownload.run(server.port(), large, LARGE_BYTES, round), false));
                return report(Side.alternate(sides, setting.rounds()));
            }
        }
    }

    private static String key(String prefix, int index) {
        return prefix + String.format(Locale.ROOT, "prepared/%012d", index);
    }

    /// What a run with this prefix and the seed 1 would have prepared in the bucket `bench`.
    private static void write(Path www, String prefix, int objects, int bytes) throws IOException {
        var content = new Content(1);
        Files.createDirectories(www.resolve("bench/" + prefix + "prepared"));
        for (int i = 0; i < objects; i++) {
            String key = key(prefix, i);
            var body = ByteBuffer.allocate(bytes);
            content.write(content.identity(key), 0, body, bytes);
            Files.write(www.resolve("bench").resolve(key), body.array());
        }
    }

    private static String s3(String prefix, int objects, int bytes) {
        return """
            pack = s3
            s3 {
              threads = 1, bucket = bench, prefix = "%s", objects = %d, size = %d, prepare = false, keep = true
              credentials { access-key = bench, secret-key = bench }
            }
            blend { get = 1 }
            """.formatted(prefix, objects, bytes);
    }

    private static Sample run(Path file, String target, int users, Duration round, String pack) throws Exception {
        String load = "target = \"%s\", seed = 1, load { concurrency = %d, duration = %dms }\n"
                .formatted(target, users, round.toMillis());
        return LoadtestRun.of(file, pack + load).sample();
    }

    private Report report(Map<String, List<Sample>> samples) {
        var report = Report.of(this, Measure.OPERATIONS, samples);
        return report.with(
                List.of(
                        Target.atLeast("pack http / wrk", report.ratio(HTTP, WRK), 0.6),
                        Target.atLeast("pack s3 of 4 KiB / wrk of 100 bytes", report.ratio(SMALL, WRK), 0.5),
                        Target.atLeast("pack s3 / raw socket, 16 MiB", report.ratio(LARGE, RAW), 0.8)),
                List.of());
    }
}
