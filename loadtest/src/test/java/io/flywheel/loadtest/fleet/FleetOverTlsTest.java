package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Controller and agents in one process, over real sockets and real time.
final class FleetOverTlsTest {
    private static final Clock CLOCK = new SystemClock();

    @TempDir
    private Path folder = Path.of(".");

    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final AtomicInteger executed = new AtomicInteger();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger onces = new AtomicInteger();
    private final AtomicInteger setUps = new AtomicInteger();
    private final AtomicInteger tornDown = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Path runFile = Path.of("run.conf");

    @BeforeEach
    void writeRun() throws IOException {
        runFile = folder.resolve("run.conf");
        Files.writeString(runFile, """
            target = "http://127.0.0.1:1"
            pack = http
            http { requests { get { path = "/" } } }
            load { rate = 300/s, duration = 3s, arrivals = constant }
            thresholds { all { errors = 0% } }
            generator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }
            """);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        later.shutdownNow();
    }

    @Test
    void shouldCountEveryArrivalOfThreeAgentsOnce() throws Exception {
        try (var controller = controller(3, "state")) {
            var agents = new ArrayList<Future<String>>();
            for (int i = 0; i < 3; i++) {
                var agent = agent("a" + i, controller.port(), JoinToken.parse(controller.token()));
                agents.add(threads.submit(agent::take));
            }
            var outcome = controller.run(new FleetController.Watcher() {});
            assertThat(outcome.fleet().shortOf()).as(said.toString()).isEmpty();
            assertThat(outcome.result().aggregate().all().ended()).isEqualTo(900);
            assertThat(outcome.result().verdict().kind()).isEqualTo(Verdict.Kind.PASS);
            for (var agent : agents) {
                assertThat(agent.get(30, TimeUnit.SECONDS)).isEmpty();
            }
        }
        assertThat(onces).hasValue(2);
        assertThat(setUps).hasValue(3);
        assertThat(tornDown).hasValue(3);
    }

    @Test
    void shouldGoOnWithTheRunWhenTheControllerComesBack() throws Exception {
        var agents = new ArrayList<Future<String>>();
        int port;
        String token;
        try (var killed = controller(2, "state")) {
            port = killed.port();
            token = killed.token();
            for (int i = 0; i < 2; i++) {
                var agent = agent("a" + i, port, JoinToken.parse(token));
                agents.add(threads.submit(agent::take));
            }
            var running = new CountDownLatch(1);
            var life = threads.submit(() -> killed.run(new FleetController.Watcher() {
                @Override
                public void interval(Aggregate soFar, Delta latest, int inFlight) {
                    if (soFar.all().ended() > 0) {
                        running.countDown();
                        // It never comes to another thing.
                        Thread.currentThread().interrupt();
                    }
                }
            }));
            running.await();
            assertThatThrownBy(life::get).hasCauseInstanceOf(InterruptedException.class);
        }
        try (var controller = new FleetController(
                CLOCK, patient(2), load(runFile), folder.resolve("state"), address(port), said::add)) {
            assertThat(controller.token()).isEqualTo(token);
            var outcome = controller.run(new FleetController.Watcher() {});
            assertThat(outcome.fleet().shortOf()).as(said.toString()).isEmpty();
            assertThat(outcome.result().aggregate().all().ended()).isEqualTo(900);
            for (var agent : agents) {
                assertThat(agent.get(30, TimeUnit.SECONDS)).isEmpty();
            }
        }
    }

    @Test
    void shouldMissNoUserOfAnAgentThatIsStopped() throws Exception {
        Files.writeString(
                runFile,
                Files.readString(runFile)
                                .replace("rate = 300/s", "concurrency = 7")
                                .replace("duration = 3s", "duration = 5m")
                        + "interval = 100ms");
        var options = FleetOptions.of(2).withPatience(Duration.ofSeconds(3));
        try (var controller =
                new FleetController(CLOCK, options, load(runFile), folder.resolve("state"), address(0), said::add)) {
            var token = JoinToken.parse(controller.token());
            var going = agent("a0", controller.port(), token);
            var gone = threads.submit(going::take);
            var staying = threads.submit(agent("a1", controller.port(), token)::take);
            var outcome = controller.run(new FleetController.Watcher() {
                @Override
                public void interval(Aggregate soFar, Delta latest, int inFlight) {
                    if (soFar.all().ended() > 0) {
                        going.stop();
                    }
                    if (gone.isDone()) {
                        controller.stop();
                    }
                }
            });
            assertThat(gone.get(30, TimeUnit.SECONDS)).isEmpty();
            assertThat(staying.get(30, TimeUnit.SECONDS)).isEmpty();
            var fleet = outcome.fleet();
            assertThat(fleet.lost()).isEmpty();
            assertThat(fleet.missingArrivals()).isZero();
            assertThat(fleet.unaccounted()).isZero();
            assertThat(fleet.problems()).anyMatch(line -> line.contains("agent a0 was told to go: the others had"));
            assertThat(outcome.result().aggregate().all().ended()).isEqualTo(executed.get());
            assertThat(outcome.result().cleaned().done()).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseWhoHasAnotherToken() throws Exception {
        try (var controller = controller(1, "state");
                var other = controller(1, "other")) {
            var secret = JoinToken.parse(other.token()).secret();
            byte[] fingerprint = new byte[32];
            var liar = new JoinToken(secret, fingerprint);
            assertThatThrownBy(() -> hello(controller, liar)).hasMessageContaining("not the controller");
            // The right controller, the wrong secret.
            var spy = JoinToken.parse(controller.token()).withSecret(secret);
            assertThatThrownBy(() -> hello(controller, spy)).isInstanceOf(IOException.class);
            hello(controller, JoinToken.parse(controller.token()));
        }
        assertThat(said).anyMatch(line -> line.contains("somebody without the token"));
    }

    private static void hello(FleetController controller, JoinToken token) throws IOException {
        try (var socket = ControllerIdentity.clientContext(token)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), controller.port())) {
            socket.setSoTimeout(20_000);
            var frames = new Frames(socket);
            Handshake.sayHello(frames, token, "a");
            assertThat(Handshake.hearWelcome(frames).runId()).isNotEmpty();
        }
    }

    private FleetController controller(int agents, String state) throws IOException {
        return new FleetController(CLOCK, patient(agents), load(runFile), folder.resolve(state), address(0), said::add);
    }

    /// Nobody is lost on a machine that is slow.
    private static FleetOptions patient(int agents) {
        var usual = FleetOptions.of(agents);
        return new FleetOptions(agents, usual.beat(), Duration.ofSeconds(40), usual.lead(), Duration.ofMinutes(1));
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private AgentSession agent(String name, int port, JoinToken token) {
        return new AgentSession(CLOCK, address(port), token, name, folder.resolve(name), this::load, said::add);
    }

    /// A workload that counts instead of the pack's.
    private Loading.Loaded load(Path file) {
        return OneTransaction.load(file, _ -> new Counting());
    }

    private final class Counting implements Workload {
        @Override
        public void setUp(boolean oncePerRun) {
            (oncePerRun ? onces : setUps).incrementAndGet();
        }

        @Override
        public List<Subject> subjects() {
            Body body = execution -> {
                execution.began();
                executed.incrementAndGet();
                // Users take their time.
                var _ = later.schedule(
                        () -> {
                            execution.succeed();
                            execution.release();
                        },
                        10,
                        TimeUnit.MILLISECONDS);
            };
            return List.of(new Subject("get", body, Duration.ofMinutes(1)));
        }

        @Override
        public List<String> tearDown(boolean oncePerRun) {
            (oncePerRun ? onces : tornDown).incrementAndGet();
            return List.of();
        }

        @Override
        public Cleaned cleaned() {
            return new Cleaned(1, 0);
        }

        @Override
        public void close() {}
    }
}
