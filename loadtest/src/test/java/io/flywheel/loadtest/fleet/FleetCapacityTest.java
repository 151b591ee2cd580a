package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.Ending;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.session.LocalCapacity;
import io.flywheel.loadtest.session.LocalRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A search by agents in this process, over real sockets, against a service that takes so much a second and no more.
final class FleetCapacityTest {
    private static final Clock CLOCK = new SystemClock();
    private static final double CAPACITY = 1_000;
    /// Nobody is lost on a machine that is slow.
    private static final FleetOptions OPTIONS = new FleetOptions(
            2, Duration.ofMillis(100), Duration.ofSeconds(40), Duration.ofMillis(300), Duration.ofMinutes(1));

    @TempDir
    private Path folder = Path.of(".");

    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<AgentSession> agents = new ArrayList<>();
    private final List<Future<String>> lives = new ArrayList<>();
    private final Set<Integer> draws = ConcurrentHashMap.newKeySet();
    private final AtomicInteger setUps = new AtomicInteger();
    private volatile double asked;
    private volatile boolean broken;

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void shouldFindWhatAServiceTakesFromAllItsAgents() throws Exception {
        var result = search(_ -> {});
        var capacity = (Capacity.Found) result.capacity();
        assertThat(capacity.lowPerSecond()).as(said.toString()).isLessThanOrEqualTo(CAPACITY);
        assertThat(capacity.highPerSecond()).isGreaterThanOrEqualTo(CAPACITY);
        assertThat(capacity.gaveWay()).startsWith("all: errors at most 1 %, measured");
        // Each probe is a run of its own, with other arrivals.
        assertThat(setUps).hasValue(capacity.probes().size());
        assertThat(draws).hasSize(capacity.probes().size());
        assertThat(result.cleaned().done()).isEqualTo(2L * capacity.probes().size());
        // When nobody has anything more to run they go.
        for (var life : lives) {
            assertThat(life.get(60, TimeUnit.SECONDS)).isEmpty();
        }
        assertThat(folder.resolve("a0")).isEmptyDirectory();
    }

    @Test
    void shouldSayWhatItKnowsWhenItIsStopped() throws Exception {
        var result = search(FleetCapacity::stop);
        assertThat(result.capacity())
                .isInstanceOfSatisfying(
                        Capacity.AtLeast.class,
                        known -> assertThat(known.why().kind()).isEqualTo(Ending.Kind.STOPPED));
        agents.forEach(AgentSession::stop);
        for (var life : lives) {
            assertThat(life.get(60, TimeUnit.SECONDS)).isEqualTo("it was told to stop");
        }
    }

    @Test
    void shouldSayOnAnAgentWhyItCouldNot() throws Exception {
        broken = true;
        assertThatThrownBy(() -> search(_ -> {}))
                .isInstanceOf(LocalRun.CannotBegin.class)
                .hasMessageContaining("the shop is closed");
        var said = new ArrayList<String>();
        for (var life : lives) {
            said.add(life.get(60, TimeUnit.SECONDS));
        }
        assertThat(said).anyMatch(why -> why.contains("the shop is closed"));
    }

    /// @param afterFirst is done when there was one probe
    private LocalCapacity.Result search(Consumer<FleetCapacity> afterFirst) throws Exception {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://127.0.0.1:1"
            pack = http
            http { requests { get { path = "/" } } }
            load { rate = 1/s, duration = 1s, arrivals = constant, drain = 0s }
            capacity { first = 400/s, precision = 20%, confidence = 90%, probes = 12, probe = 500ms, settle = 300ms }
            thresholds { all { errors = 1% } }
            generator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }
            """);
        var search = new FleetCapacity(CLOCK, OPTIONS, load(file), folder.resolve("state"), address(0), said::add);
        return search.run(new FleetCapacity.Watcher() {
            @Override
            public void listening(String token, int port, int wanted) {
                for (int i = 0; i < wanted; i++) {
                    String name = "a" + i;
                    var agent = new AgentSession(
                            CLOCK,
                            address(port),
                            JoinToken.parse(token),
                            name,
                            made(folder.resolve(name)),
                            FleetCapacityTest.this::load,
                            said::add);
                    agents.add(agent);
                    lives.add(threads.submit(agent::take));
                }
            }

            @Override
            public void probing(double perSecond, Duration length) {
                asked = perSecond;
            }

            @Override
            public void probed(Probe probe) {
                afterFirst.accept(search);
            }
        });
    }

    private static Path made(Path path) {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// A service instead of the pack's.
    private Loading.Loaded load(Path file) {
        return OneTransaction.load(file, run -> {
            draws.add(run.load().draw());
            return new Service();
        });
    }

    private final class Service implements Workload {
        @Override
        public void setUp(boolean oncePerRun) {
            if (broken) {
                throw new IllegalStateException("the shop is closed");
            }
            if (oncePerRun) {
                setUps.incrementAndGet();
            }
        }

        @Override
        public List<Subject> subjects() {
            Body body = execution -> {
                execution.began();
                if (asked > CAPACITY) {
                    execution.fail("status 503", "slow down");
                } else {
                    execution.succeed();
                }
                execution.release();
            };
            return List.of(new Subject("get", body, Duration.ofMinutes(1)));
        }

        @Override
        public Cleaned cleaned() {
            return new Cleaned(1, 0);
        }

        @Override
        public void close() {}
    }
}
