package io.flywheel.bench;

import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;

/// PUT of 16 MiB in four streams on a RAM disk, beside MD5 alone: the hash that the ETag needs is the ceiling.
final class PutLargeBenchmark implements Benchmark {
    private static final String MD5 = "MD5 alone";
    private static final int STREAMS = 4;
    private static final int CHUNKS = 128;
    private static final int PUTS_PER_STREAM = 8;

    @Override
    public String name() {
        return "put-16m";
    }

    @Override
    public String title() {
        return "PUT of 16 MiB, unsigned payload with trailing CRC-32, 4 streams, on a RAM disk";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.ram());
                var netty = GetBenchmark.startNetty(1);
                var flywheel = Flywheel.start(setting, scratch.path().resolve("data"));
                var load = new LoadGenerator(1)) {
            flywheel.createBucket("bench");
            var chunk = S3Requests.chunk();
            var requests = new HashMap<Integer, Request>();
            for (int stream = 0; stream < STREAMS; stream++) {
                requests.put(stream, flywheel.requests().putWithTrailer("/bench/object-" + stream, chunk, CHUNKS));
            }
            var puts = new LoadGenerator.Load(STREAMS, stream -> {
                var request = java.util.Objects.requireNonNull(requests.get(stream));
                return () -> request;
            });
            var samples = Side.alternate(
                    List.of(
                            new Side(GetBenchmark.FLYWHEEL, () -> load.run(flywheel.process(), puts, PUTS_PER_STREAM)),
                            new Side(MD5, PutLargeBenchmark::md5),
                            new Side(GetBenchmark.NETTY, () -> load.run(netty, puts, 4L * PUTS_PER_STREAM))),
                    setting.rounds());
            var report = Report.of(this, Measure.MEBIBYTES, samples);
            return report.with(
                    List.of(Target.atLeast("flywheel / MD5 alone", report.ratio(GetBenchmark.FLYWHEEL, MD5), 0.6)),
                    List.of("every round overwrites the same four keys: what was there before is deleted beside it"));
        }
    }

    private static Sample md5() throws Exception {
        var bytes = new byte[CHUNKS * (128 << 10)];
        var threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        int hashes = 0;
        var digest = MessageDigest.getInstance("MD5");
        while (hashes < 2 * STREAMS * PUTS_PER_STREAM) {
            digest.update(bytes);
            hashes++;
        }
        digest.digest();
        return Sample.untimed(
                hashes,
                (long) hashes * bytes.length,
                (threads.getCurrentThreadCpuTime() - cpu) / 1e9,
                (System.nanoTime() - begin) / 1e9);
    }
}
