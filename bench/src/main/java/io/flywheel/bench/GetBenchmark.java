package io.flywheel.bench;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// GET of one object again and again, beside a bare Netty server and nginx with the same bytes in memory.
///
/// @param targetNetty the least ratio to bare Netty
/// @param targetNginx the least ratio to nginx; 0 where there is none
record GetBenchmark(
        String name,
        String title,
        int sizeBytes,
        int connections,
        Measure measure,
        double targetNetty,
        double targetNginx)
        implements Benchmark {
    static final String FLYWHEEL = "flywheel";
    static final String NETTY = "bare netty";
    static final String NGINX = "nginx";

    @Override
    public Report run(Setting setting) throws Exception {
        try (var scratch = Flywheel.Scratch.in(setting.ram());
                var netty = startNetty(sizeBytes);
                var flywheel = Flywheel.start(setting, scratch.path().resolve("data"));
                var load = new LoadGenerator(1)) {
            var body = new byte[sizeBytes];
            new java.util.Random(1).nextBytes(body);
            flywheel.createBucket("bench");
            flywheel.requests().call("PUT", "/bench/object", java.util.Map.of(), body);
            var signed = new LoadGenerator.Load(
                    connections, _ -> same(flywheel.requests().get("/bench/object", sizeBytes)));
            var sides = new ArrayList<Side>();
            sides.add(side(FLYWHEEL, setting.round(), load, flywheel.process(), signed));
            sides.add(side(NETTY, setting.round(), load, netty, signed));
            var nginx = Nginx.installed();
            if (nginx.isEmpty()) {
                return report(Side.alternate(sides, setting.rounds()));
            }
            Files.write(
                    Files.createDirectories(scratch.path().resolve("www/bench")).resolve("object"), body);
            try (var server = Nginx.start(
                    nginx.get(),
                    scratch.path().resolve("www"),
                    scratch.path().resolve("nginx"),
                    Runtime.getRuntime().availableProcessors())) {
                sides.add(side(NGINX, setting.round(), load, server, signed));
                return report(Side.alternate(sides, setting.rounds()));
            }
        }
    }

    static ServerProcess startNetty(int sizeBytes) throws java.io.IOException {
        var log = Files.createTempFile("flywheel-bench-netty", ".log");
        log.toFile().deleteOnExit();
        return ServerProcess.start(
                List.of(
                        ServerProcess.javaCommand(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xmx192m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareNetty.class.getName(),
                        Integer.toString(sizeBytes)),
                java.util.Map.of(),
                log);
    }

    private static java.util.function.Supplier<Request> same(Request request) {
        return () -> request;
    }

    private static Side side(
            String name, Duration round, LoadGenerator load, ServerProcess server, LoadGenerator.Load requests) {
        return new Side(name, () -> load.run(server, requests, round));
    }

    private Report report(java.util.Map<String, List<Sample>> samples) {
        var report = Report.of(this, measure, samples);
        var targets = new ArrayList<Target>();
        var notes = new ArrayList<String>();
        targets.add(Target.atLeast("flywheel / bare netty", report.ratio(FLYWHEEL, NETTY), targetNetty));
        if (!report.has(NGINX)) {
            notes.add("nginx is not installed");
        } else if (targetNginx > 0) {
            targets.add(Target.atLeast("flywheel / nginx", report.ratio(FLYWHEEL, NGINX), targetNginx));
        }
        return report.with(targets, notes);
    }
}
