package io.flywheel.bench;

import java.util.ArrayList;
import java.util.List;

/// Durable PUT of 4 KiB beside the two things that bound it: what Netty can take in, and what the command log can make
/// persistent.
final class PutSmallBenchmark implements Benchmark {
    private static final int SIZE_BYTES = 4096;
    private static final int CONNECTIONS = 64;
    private static final int KEYS_PER_CONNECTION = 64;
    /// What a command has besides the bytes of its object, about.
    private static final int COMMAND_BYTES = 200;

    private static final String LOG = "command log, 64 callers";

    @Override
    public String name() {
        return "put-4k";
    }

    @Override
    public String title() {
        return "durable PUT of 4 KiB, signed payload, 64 connections";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.disk());
                var netty = GetBenchmark.startNetty(1);
                var flywheel = Flywheel.start(setting, scratch.path().resolve("data"));
                var log = new LogLimit(scratch.path().resolve("log"), SIZE_BYTES + COMMAND_BYTES);
                var load = new LoadGenerator(1)) {
            flywheel.createBucket("bench");
            var body = new byte[SIZE_BYTES];
            new java.util.Random(1).nextBytes(body);
            var requests = new ArrayList<List<Request>>();
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                var keys = new ArrayList<Request>();
                for (int key = 0; key < KEYS_PER_CONNECTION; key++) {
                    keys.add(flywheel.requests().put("/bench/" + connection + "/" + key, body));
                }
                requests.add(keys);
            }
            var puts = new LoadGenerator.Load(CONNECTIONS, connection -> cycle(requests.get(connection)));
            var samples = Side.alternate(
                    List.of(
                            new Side(GetBenchmark.FLYWHEEL, () -> load.run(flywheel.process(), puts, setting.round())),
                            new Side(GetBenchmark.NETTY, () -> load.run(netty, puts, setting.round())),
                            new Side(LOG, () -> log.run(setting.round()))),
                    setting.rounds());
            var report = Report.of(this, Measure.OPERATIONS, samples);
            double limit = Math.min(report.median(GetBenchmark.NETTY), report.median(LOG));
            return report.with(
                    List.of(Target.atLeast(
                            "flywheel / lower of bare netty and command log, per CPU-second",
                            report.median(GetBenchmark.FLYWHEEL) / limit,
                            0.5)),
                    List.of());
        }
    }

    private static java.util.function.Supplier<Request> cycle(List<Request> requests) {
        var position = new int[1];
        return () -> requests.get(position[0]++ % requests.size());
    }
}
