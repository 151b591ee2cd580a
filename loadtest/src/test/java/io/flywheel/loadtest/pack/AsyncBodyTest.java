package io.flywheel.loadtest.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.http.AnswerHead;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.HttpClient;
import io.flywheel.loadtest.http.Loops;
import io.flywheel.loadtest.http.Receiver;
import io.flywheel.loadtest.http.Request;
import io.flywheel.loadtest.http.ScriptedServer;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.GeneratorLimits;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is the generator's and what the service's, and how executions of several steps end.
@Timeout(30)
final class AsyncBodyTest {
    private static final Clock CLOCK = new SystemClock();
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Run RUN = new RunInfo(Run.Mode.LOAD, "http://x", 1, "r", 0, new Settings(Map.of()), _ -> {});
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final Aggregate aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofMillis(100));

    private record Get(String path) implements Request {
        @Override
        public void writeHead(AsciiBuffer into) {
            into.text("GET " + path + " HTTP/1.1\r\n").field("Host", "x").crlf();
        }

        @Override
        public boolean isHead() {
            return false;
        }
    }

    /// Keeps the loop busy with each answer for that long.
    private record Costly(long nanos) implements Receiver<String> {
        @Override
        public void head(AnswerHead head) {}

        @Override
        public void data(ByteBuffer bytes) {}

        @Override
        public String end() {
            long from = System.nanoTime();
            while (System.nanoTime() - from < nanos) {
                Thread.onSpinWait();
            }
            return "";
        }
    }

    private static HttpClient client(ScriptedServer server) {
        return new HttpClient(
                new Endpoint("127.0.0.1", server.port(), false, ""),
                ClientOptions.defaults().withThreads(1));
    }

    private static CompletableFuture<String> get(HttpClient client, Execution execution, String path, long costNanos) {
        return AsyncBody.exchange(execution, () -> client.send(new Get(path), new Costly(costNanos)));
    }

    private void run(LoadPlan.Model model, double rate, Duration drain, Subject subject) throws InterruptedException {
        var recorder = new Recorder("a");
        var profile = new RateProfile(List.of(new Stage.Hold(rate, Duration.ofMillis(400))));
        var plan = new LoadPlan(
                model, profile, Arrivals.Spacing.CONSTANT, List.of(BigDecimal.ONE), 1, 100, Duration.ZERO, drain);
        var starter = new Starter(CLOCK, RUN, recorder, List.of(subject), 100, new Starter.Listener() {});
        var run = new LoadRun(
                CLOCK, plan, Share.WHOLE, List.of(subject), starter, recorder, Duration.ofMillis(100), aggregate::add);
        run.start(CLOCK.monotonicNanos());
        assertThat(run.await(LONG)).isTrue();
    }

    private List<String> invalid() {
        return Verdict.of(aggregate, List.of(), GeneratorLimits.USUAL, List.of())
                .reasons();
    }

    /// Forty starts, ten milliseconds apart, where each answer costs the generator twenty.
    @Test
    void shouldCallARunInvalidWhoseEventLoopIsBusy() throws Exception {
        try (var server = ScriptedServer.saying(ANSWER);
                var client = client(server)) {
            AsyncBody.Action action = AsyncBody.always(execution ->
                    get(client, execution, "/", Duration.ofMillis(20).toNanos()));
            run(LoadPlan.Model.OPEN, 100, LONG, new Subject("get", new AsyncBody(client.loops(), action), LONG));
            assertThat(aggregate.total("get").orElseThrow().succeeded()).isEqualTo(40);
            assertThat(invalid()).anyMatch(reason -> reason.contains("late"));
        }
    }

    /// Who waits for a busy loop starts nothing meanwhile, so no start is late; that the loop is busy is what tells.
    @Test
    void shouldKnowHowLongAnEventLoopIsBusyWithAnswers() throws Exception {
        try (var server = ScriptedServer.saying(ANSWER);
                var client = client(server)) {
            AsyncBody.Action action = AsyncBody.always(execution ->
                    get(client, execution, "/", Duration.ofMillis(20).toNanos()));
            run(LoadPlan.Model.CLOSED, 4, LONG, new Subject("get", new AsyncBody(client.loops(), action), LONG));
            // What the loop said of its last round may come too late.
            long answers = aggregate.total("get").orElseThrow().succeeded() - 4;
            assertThat(answers).isPositive();
            assertThat(aggregate.health().busyNanos())
                    .isGreaterThanOrEqualTo(answers * Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void shouldBeginWhenALoopTakesItUp() {
        var taken = new ConcurrentLinkedQueue<Runnable>();
        var begun = new AtomicLong();
        var body = new AsyncBody(never(taken), AsyncBody.always(execution -> {
            begun.set(execution.startedNanos());
            return CompletableFuture.completedFuture("");
        }));
        var starter = new Starter(
                CLOCK, RUN, new Recorder("a"), List.of(new Subject("get", body, LONG)), 1, new Starter.Listener() {});
        starter.start(0, 0, 0, CLOCK.monotonicNanos());
        long later = CLOCK.monotonicNanos();
        taken.remove().run();
        assertThat(begun.get()).isGreaterThanOrEqualTo(later);
        assertThat(starter.inFlight()).isZero();
    }

    /// What is given up before a loop took it up shows as late all the same.
    @Test
    void shouldCountWhatNeverBeganAsLate() throws Exception {
        var taken = new ConcurrentLinkedQueue<Runnable>();
        var body = new AsyncBody(never(taken), AsyncBody.always(_ -> CompletableFuture.completedFuture("")));
        run(LoadPlan.Model.OPEN, 100, Duration.ofMillis(100), new Subject("get", body, Duration.ofMillis(50)));
        assertThat(aggregate.total("get").orElseThrow().errors()).isEqualTo(Map.of("timeout", 40L));
        // Each was given up when its time was up, or at the end.
        assertThat(aggregate.health().lag().getTotalCount()).isEqualTo(40);
        assertThat(aggregate.health().lag().getMinValue())
                .isGreaterThanOrEqualTo(Duration.ofMillis(49).toNanos());
    }

    /// Loops that get to nothing.
    private static Loops never(Queue<Runnable> taken) {
        return new Loops() {
            @Override
            public void execute(Runnable work) {
                taken.add(work);
            }

            @Override
            public long busyNanos() {
                return 0;
            }
        };
    }

    /// Starts one execution of these steps.
    private static Starter start(HttpClient client, AsyncBody.Always steps) {
        var subject = new Subject("steps", new AsyncBody(client.loops(), AsyncBody.always(steps)), LONG);
        var starter = new Starter(CLOCK, RUN, new Recorder("a"), List.of(subject), 1, new Starter.Listener() {});
        starter.start(0, 0, 0, CLOCK.monotonicNanos());
        return starter;
    }

    /// -1 when the client has closed its end, in whatever way.
    private static int next(InputStream in) {
        try {
            return in.read();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void shouldCutTheStepOnItsWayWhenItIsGivenUp() throws Exception {
        var second = new CountDownLatch(1);
        var ended = new CompletableFuture<Integer>();
        var released = new CountDownLatch(1);
        try (var server = new ScriptedServer((head, in, out) -> {
                    if (head.startsWith("GET /2")) {
                        second.countDown();
                        ended.complete(next(in));
                        return false;
                    }
                    out.write(ANSWER.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server)) {
            var starter = start(
                    client,
                    execution -> CompletableFuture.completedFuture("")
                            .thenCompose(_ -> get(client, execution, "/1", 0))
                            .thenCompose(_ -> get(client, execution, "/2", 0)));
            starter.onRelease(_ -> released.countDown());
            second.await();
            starter.giveUpAll("timeout", "no end");
            assertThat(ended.get()).isEqualTo(-1);
            released.await();
            assertThat(starter.inFlight()).isZero();
        }
    }

    @Test
    void shouldSendNothingAfterItIsGivenUp() throws Exception {
        var heads = new ConcurrentLinkedQueue<String>();
        var released = new CompletableFuture<Execution>();
        try (var server = new ScriptedServer((head, in, out) -> {
                    heads.add(head.substring(0, 6));
                    out.write(ANSWER.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server)) {
            var starter = new CompletableFuture<Starter>();
            starter.complete(start(
                    client,
                    execution -> get(client, execution, "/1", 0).thenCompose(_ -> {
                        starter.join().onRelease(released::complete);
                        starter.join().giveUpAll("timeout", "no end");
                        return get(client, execution, "/2", 0);
                    })));
            assertThat(released.get().isEnded()).isTrue();
            client.send(new Get("/3"), new Costly(0)).get();
            assertThat(heads).containsExactly("GET /1", "GET /3");
        }
    }
}
