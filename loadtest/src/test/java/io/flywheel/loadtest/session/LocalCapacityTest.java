package io.flywheel.loadtest.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.Ending;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The search against services whose answer does not depend on how fast this machine is.
final class LocalCapacityTest {
    private static final String SHORT = "250ms";

    @TempDir
    private Path folder = Path.of(".");

    private final List<String> life = new ArrayList<>();
    private List<String> wanted = List.of();

    @Test
    void shouldSayAtLeastWhenEverythingHolds() throws Exception {
        var result = search("first = 400/s, most = 1600/s", "errors = 0", succeeding());

        var capacity = (Capacity.AtLeast) result.capacity();
        assertThat(capacity.lowPerSecond()).isEqualTo(1600);
        assertThat(capacity.why().kind()).isEqualTo(Ending.Kind.RATE);
        assertThat(capacity.probes()).extracting(Probe::perSecond).containsExactly(400.0, 800.0, 1600.0);
        assertThat(capacity.probes())
                .allSatisfy(probe -> assertThat(probe.servedPerSecond()).isPositive());
        assertThat(life).containsExactly("set up", "open", "clean up", "tear down", "close");
    }

    /// Keys that a team makes of numbers would be written twice otherwise, and deleted twice.
    @Test
    void shouldGiveNoNumberTwiceInAllProbes() throws Exception {
        wanted = List.of("work");
        var numbers = new ConcurrentLinkedQueue<Long>();
        Body body = execution -> {
            numbers.add(execution.number());
            succeeding().start(execution);
        };
        search("first = 400/s, most = 800/s", "errors = 0", body);

        assertThat(numbers).hasSizeGreaterThan(200).doesNotHaveDuplicates();
    }

    @Test
    void shouldFindTheRateFromWhichOnThereAreErrors() throws Exception {
        // Every probe has a hundred starts or more; all of those at more than 1,000/s fail.
        var rate = new double[1];
        Body body = execution -> {
            execution.began();
            if (rate[0] > 1_000) {
                execution.fail("status 503", "slow down");
            } else {
                execution.succeed();
            }
            execution.release();
        };
        var file = file("first = 400/s, precision = 20%, confidence = 90%, probes = 12", "errors = 1%", SHORT);
        var capacity = (Capacity.Found) new LocalCapacity(new SystemClock(), file, source(body), _ -> {})
                .run(new LocalCapacity.Watcher() {
                    @Override
                    public void probing(double perSecond, Duration length) {
                        rate[0] = perSecond;
                    }
                })
                .capacity();

        assertThat(capacity.lowPerSecond()).isLessThanOrEqualTo(1_000);
        assertThat(capacity.highPerSecond()).isGreaterThanOrEqualTo(1_000);
        assertThat(capacity.gaveWay()).startsWith("all: errors at most 1 %, measured");
    }

    @Test
    void shouldNotAskForAThroughputWhichSlowProbesCannotReach() throws Exception {
        var result = search("first = 400/s, most = 400/s", "errors = 0, throughput = 1000/s", succeeding());

        assertThat(result.capacity()).isInstanceOf(Capacity.AtLeast.class);
    }

    @Test
    void shouldNotHoldWhereWrongContentIsRead() throws Exception {
        Body wrong = execution -> {
            execution.began();
            execution.fail(Verdict.WRONG_CONTENT, "byte 7 differs");
            execution.release();
        };
        var file = file("first = 400/s", "errors = 100%", SHORT);
        var capacity = new LocalCapacity(new SystemClock(), file, source(wrong), _ -> {});
        var result = capacity.run(stopAfterOne(capacity));

        assertThat(result.capacity().probes().getFirst().result())
                .isInstanceOfSatisfying(
                        Probe.Result.Breached.class,
                        breached -> assertThat(breached.what()).contains("wrong content was read"));
    }

    @Test
    void shouldSeeABacklogThatGrowsWithoutAnyThreshold() throws Exception {
        // Never ends by itself; is given up when the run is over.
        Body stuck = Execution::began;

        var file = file("first = 400/s", "errors = 100%", "3s");
        var capacity = new LocalCapacity(new SystemClock(), file, source(stuck), _ -> {});
        var result = capacity.run(stopAfterOne(capacity));

        var probe = result.capacity().probes().getFirst();
        assertThat(probe.result())
                .isInstanceOfSatisfying(
                        Probe.Result.Breached.class,
                        breached -> assertThat(breached.what()).contains("the backlog grew to"));
    }

    @Test
    void shouldCleanUpAndSayWhatItKnowsWhenItIsStopped() throws Exception {
        var file = file("first = 400/s", "errors = 0", SHORT);
        var capacity = new LocalCapacity(new SystemClock(), file, source(succeeding()), _ -> {});
        var result = capacity.run(stopAfterOne(capacity));

        assertThat(result.capacity())
                .isInstanceOfSatisfying(
                        Capacity.AtLeast.class,
                        known -> assertThat(known.why().kind()).isEqualTo(Ending.Kind.STOPPED));
        assertThat(life).endsWith("clean up", "tear down", "close");
    }

    private static LocalCapacity.Watcher stopAfterOne(LocalCapacity capacity) {
        return new LocalCapacity.Watcher() {
            @Override
            public void probed(Probe probe) {
                capacity.stop();
            }
        };
    }

    private static Body succeeding() {
        return execution -> {
            execution.began();
            execution.succeed();
            execution.release();
        };
    }

    private LocalCapacity.Result search(String capacity, String thresholds, Body body) throws Exception {
        return new LocalCapacity(new SystemClock(), file(capacity, thresholds, SHORT), source(body), _ -> {})
                .run(new LocalCapacity.Watcher() {});
    }

    private RunFile file(String capacity, String thresholds, String probe) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://service", bundle = a.jar
            load { rate = 1/s, duration = 1s, arrivals = constant, drain = 0s }
            capacity { %s, probe = %s, settle = 20ms }
            thresholds { all { %s } }
            generator { lag = 1h, cpu = 100%%, pause = 1h, pauses = 100%% }
            """.formatted(capacity, probe, thresholds));
        return RunFile.read(file, List.of());
    }

    private WorkloadSource source(Body body) {
        return new WorkloadSource() {
            @Override
            public List<String> names() {
                return List.of("work");
            }

            @Override
            public Workload workload(Run run) {
                return new Recorded(body);
            }
        };
    }

    /// Notes what is asked of it.
    private final class Recorded implements Workload {
        private final Body body;

        Recorded(Body body) {
            this.body = body;
        }

        @Override
        public void setUp(boolean oncePerRun) {
            if (oncePerRun) {
                life.add("set up");
            }
        }

        @Override
        public void open() {
            life.add("open");
        }

        @Override
        public List<Subject> subjects() {
            return List.of(new Subject("work", body, Duration.ofSeconds(60)));
        }

        @Override
        public List<String> sources() {
            return wanted;
        }

        @Override
        public void cleanUp() {
            life.add("clean up");
        }

        @Override
        public List<String> tearDown(boolean oncePerRun) {
            if (oncePerRun) {
                life.add("tear down");
            }
            return List.of();
        }

        @Override
        public void close() {
            life.add("close");
        }
    }
}
