package io.flywheel.bench;

import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.report.JsonResult;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whether the latencies that a run reports are true: beside a raw trace of the same run, at half of what nginx and
/// the generator come to together, and while nginx is stopped for a second.
final class LoadtestTruthBenchmark implements Benchmark {
    private static final int USERS = 64;
    /// Fewer than a server that is stopped takes without having to accept them.
    private static final int CONNECTIONS = 256;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final double[] PERCENTILES = {50, 75, 90, 99, 99.9};
    private static final double TOLERANCE = 0.05;
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    /// Far below saturation, so that what has piled up is gone soon.
    private static final int FREEZE_PER_SECOND = 2_000;

    private static final Duration FREEZE_RUN = Duration.ofSeconds(8);
    private static final Duration FREEZE_AFTER = Duration.ofSeconds(3);
    private static final Duration FREEZE = Duration.ofSeconds(1);
    private static final double[] LONGER_SECONDS = {0.1, 0.25, 0.5, 0.75};

    private static final long SCHEDULE_ERROR_NANOS_MAX = 1_000;

    @Override
    public String name() {
        return "loadtest-truth";
    }

    @Override
    public String title() {
        return "percentiles of a run beside wrk2's method on a raw trace of the same run; nginx, also stopped for 1 s";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var nginx = Nginx.installed().orElseThrow(() -> new IOException("nginx is not installed"));
        try (var scratch = Flywheel.Scratch.in(setting.ram())) {
            Path www = Files.createDirectories(scratch.path().resolve("www"));
            Files.write(www.resolve("hundred"), new byte[100]);
            try (var server = Nginx.start(nginx, www, scratch.path().resolve("nginx"), 1)) {
                return new Measuring(setting, server, scratch.path()).report(this);
            }
        }
    }

    /// A freeze as the shell told it.
    private static final class Freezing implements LocalRun.Watcher {
        private final ServerProcess server;
        private final CompletableFuture<Process> shell = new CompletableFuture<>();

        Freezing(ServerProcess server) {
            this.server = server;
        }

        @Override
        public void began(RunFile file) {
            try {
                shell.complete(server.freeze(FREEZE_AFTER, FREEZE));
            } catch (IOException e) {
                shell.completeExceptionally(e);
            }
        }

        double seconds() throws Exception {
            var process = shell.get();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (process.waitFor() != 0 || said.size() != 2) {
                throw new IOException("the server could not be stopped: " + said);
            }
            return (Long.parseLong(said.getLast()) - Long.parseLong(said.getFirst())) / 1e9;
        }
    }

    /// One measurement and what it found.
    private static final class Measuring {
        private final Setting setting;
        private final ServerProcess server;
        private final Path scratch;
        private final List<Target> targets = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Measuring(Setting setting, ServerProcess server, Path scratch) {
            this.setting = setting;
            this.server = server;
            this.scratch = scratch;
        }

        Report report(Benchmark benchmark) throws Exception {
            var _ = closed(WARM_UP, new LocalRun.Watcher() {});
            var limit = closed(setting.round(), new LocalRun.Watcher() {}).result();
            double saturation = limit.aggregate().rates(Optional.empty()).succeeded();
            notes.add(String.format(Locale.ROOT, "saturation, %d users: %,.0f/s", USERS, saturation));
            halfOf(saturation);
            frozen(saturation);
            return new Report(benchmark.name(), benchmark.title(), "", List.of(), targets, notes);
        }

        private void halfOf(double saturation) throws Exception {
            var length = setting.round().multipliedBy(setting.rounds());
            var traced = traced((int) (saturation / 2), length, new LocalRun.Watcher() {});
            notes.add(String.format(Locale.ROOT, "half of it: %s", traced.summary()));
            compare("half of saturation", traced);
        }

        private void frozen(double saturation) throws Exception {
            var freezing = new Freezing(server);
            var traced = traced(FREEZE_PER_SECOND, FREEZE_RUN, freezing);
            double seconds = freezing.seconds();
            notes.add(String.format(Locale.ROOT, "stopped for %.4f s: %s", seconds, traced.summary()));
            compare("stopped for 1 s", traced);
            long most = traced.nanos("max");
            targets.add(Target.atLeast("stopped for 1 s: the longest latency / the stop", most / 1e9 / seconds, 0.99));
            var freezingUsers = new Freezing(server);
            var users = closed(FREEZE_RUN, freezingUsers).result().aggregate().all();
            var _ = freezingUsers.seconds();
            // As the trace saw it: on a busy machine a server that may go on does not do so at once. What has piled up
            // goes at the rate of saturation, while more comes.
            double stopped = traced.seen().percentile(100) / 1e9;
            double piled = FREEZE_PER_SECOND / (1 - FREEZE_PER_SECOND / saturation);
            for (double longer : LONGER_SECONDS) {
                double expected = piled * (stopped - longer);
                targets.add(Target.near(
                        "stopped for 1 s: executions of more than %.2f s / rate x rest of the stop".formatted(longer),
                        longer(traced.run().result().aggregate().all(), longer) / expected,
                        1,
                        TOLERANCE));
            }
            notes.add(String.format(
                    Locale.ROOT,
                    "the same stop seen by %d users who wait for each other's answers: %d of %,d executions of more"
                            + " than 0.1 s, p99 %s, p99.9 %s; at the rate: p99 %s, p99.9 %s",
                    USERS,
                    longer(users, 0.1),
                    users.ended(),
                    time(users.latency().getValueAtPercentile(99)),
                    time(users.latency().getValueAtPercentile(99.9)),
                    time(traced.nanos("p99")),
                    time(traced.nanos("p99.9"))));
        }

        private static long longer(SeriesDelta counts, double seconds) {
            return counts.latency().getCountBetweenValues(Math.round(seconds * 1e9), Long.MAX_VALUE);
        }

        private void compare(String when, Traced traced) {
            var seen = traced.seen();
            targets.add(Target.near(
                    when + ": executions in the result / in the trace",
                    (double) traced.run().result().aggregate().all().ended() / seen.count(),
                    1,
                    0));
            targets.add(Target.atMost(
                    when + ": intended starts, most nanoseconds off the schedule",
                    (double) seen.scheduleErrorNanos(),
                    SCHEDULE_ERROR_NANOS_MAX));
            var shown = new ArrayList<String>();
            for (double percentile : PERCENTILES) {
                String name = "p" + Quantities.number(percentile);
                long reported = traced.nanos(name);
                long raw = seen.percentile(percentile);
                shown.add("%s %s (%s)".formatted(name, time(reported), time(raw)));
                targets.add(Target.near(
                        when + ": " + name + " of the result / of the trace", (double) reported / raw, 1, TOLERANCE));
            }
            notes.add(String.format(Locale.ROOT, "%s, result (trace): %s", when, String.join(", ", shown)));
        }

        private Traced traced(int perSecond, Duration length, LocalRun.Watcher watcher) throws Exception {
            var trace = new RawTrace(perSecond, Math.toIntExact(Math.ceilDiv(perSecond * length.toMillis(), 1000)));
            // What waits for a connection is late, not lost.
            var options = ClientOptions.defaults()
                    .withThreads(1)
                    .withConnectionsMax(CONNECTIONS)
                    .withTimeouts(PATIENCE, PATIENCE);
            var gets = new TracedGets("/hundred", options, trace);
            String load = "rate = %d/s, arrivals = constant, duration = %dms, in-flight-max = 1000000"
                    .formatted(perSecond, length.toMillis());
            var run = LoadtestRun.of(scratch.resolve("open.conf"), text(load), _ -> gets, watcher);
            Path json = scratch.resolve("result.json");
            JsonResult.write(run.result(), json);
            return new Traced(run, trace.seen(), new JsonMapper().readTree(Files.readString(json)));
        }

        private LoadtestRun closed(Duration length, LocalRun.Watcher watcher) throws Exception {
            String load = "concurrency = %d, duration = %dms".formatted(USERS, length.toMillis());
            return LoadtestRun.of(scratch.resolve("closed.conf"), text(load), UnaryOperator.identity(), watcher);
        }

        private String text(String load) {
            return """
                pack = http
                http { threads = 1, connections = %d, requests { get { path = "/hundred", bytes = 100 } } }
                target = "http://127.0.0.1:%d", seed = 1
                load { %s }
                """.formatted(CONNECTIONS, server.port(), load);
        }
    }

    /// A run at a rate with its trace, and its result as the document that it writes.
    private record Traced(LoadtestRun run, RawTrace.Seen seen, JsonNode document) {
        /// A percentile of the latency, or `max`.
        long nanos(String name) {
            return document.at("/all/latency").get(name).asLong();
        }

        String summary() {
            var all = run.result().aggregate().all();
            return "%,.0f/s for %.1f s, %,d executions, verdict %s %s, starts late by %s (p50) %s (p99)"
                    .formatted(
                            run.result().aggregate().rates(Optional.empty()).succeeded(),
                            run.result().seconds(),
                            all.ended(),
                            document.get("verdict").asString(),
                            run.result().verdict().reasons(),
                            time(document.at("/generator/lag/p50").asLong()),
                            time(document.at("/generator/lag/p99").asLong()));
        }
    }

    private static String time(long nanos) {
        return Quantities.time(nanos);
    }
}
