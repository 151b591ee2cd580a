package io.flywheel.bench;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The resident memory of a server under many uploads and idle connections.
final class MemoryBenchmark implements Benchmark {
    private static final int UPLOADS = 64;
    private static final int IDLE = 1000;
    private static final long UPLOAD_BYTES = 1L << 30;
    private static final Duration RUN_MAX = Duration.ofSeconds(60);
    private static final double MEBIBYTE = 1 << 20;
    private static final double TARGET_MEBIBYTES = 512;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String title() {
        return "peak resident memory (VmHWM) with 64 concurrent uploads of 1 GiB and 1,000 idle connections";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var flywheel = Flywheel.start(setting, scratch.path().resolve("data"));
                var load = new LoadGenerator(1)) {
            flywheel.createBucket("bench");
            double startMebibytes = flywheel.process().residentBytes() / MEBIBYTE;
            var idle = load.idle(flywheel.process(), IDLE, flywheel.requests().query("/", Map.of()));
            double idleMebibytes = flywheel.process().residentBytes() / MEBIBYTE;
            var chunk = S3Requests.chunk();
            int chunks = (int) Math.max(1, setting.scaledBytes(UPLOAD_BYTES) / chunk.length);
            var uploads = load.begin(flywheel.process(), new LoadGenerator.Load(UPLOADS, upload -> {
                var request = flywheel.requests().putWithTrailer("/bench/upload-" + upload, chunk, chunks);
                return () -> request;
            }));
            int ended = await(uploads, flywheel.process());
            long sent = uploads.stream().mapToLong(Connection::sentBytes).sum();
            double peakMebibytes = flywheel.process().residentBytesPeak() / MEBIBYTE;
            var notes = new ArrayList<String>();
            notes.add(String.format(
                    Locale.ROOT,
                    "resident after start %.0f MiB, with the idle connections %.0f MiB; %d of them open at the end",
                    startMebibytes,
                    idleMebibytes,
                    idle.stream().filter(Channel::isOpen).count()));
            notes.add(String.format(
                    Locale.ROOT,
                    "%d uploads of %.0f MiB at full speed, %d ended within %d s, %.1f GiB sent",
                    UPLOADS,
                    (double) chunks * chunk.length / MEBIBYTE,
                    ended,
                    RUN_MAX.toSeconds(),
                    sent / MEBIBYTE / 1024));
            idle.forEach(channel -> channel.close().syncUninterruptibly());
            uploads.forEach(Connection::abandon);
            return new Report(
                    name(),
                    title(),
                    "MiB",
                    List.of(),
                    List.of(Target.atMost("peak resident MiB", peakMebibytes, TARGET_MEBIBYTES)),
                    notes);
        }
    }

    /// Waits until the uploads have ended or the time is over; how many have ended. An upload that fails fails the run.
    private static int await(List<Connection> uploads, ServerProcess server) throws Exception {
        long deadline = System.nanoTime() + RUN_MAX.toNanos();
        int ended = 0;
        for (var upload : uploads) {
            while (!upload.result().isDone() && System.nanoTime() < deadline && server.isAlive()) {
                Thread.sleep(50);
            }
            if (upload.result().isDone()) {
                upload.result().get();
                ended++;
            }
        }
        return ended;
    }
}
