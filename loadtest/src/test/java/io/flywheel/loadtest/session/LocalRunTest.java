package io.flywheel.loadtest.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a run does around its load.
final class LocalRunTest {
    @TempDir
    private Path folder = Path.of(".");

    private final ConcurrentLinkedQueue<Long> numbers = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> life = new ConcurrentLinkedQueue<>();

    @Test
    void shouldGiveEveryExecutionANumberOfItsOwn() throws Exception {
        assertThat(run("", new LocalRun.Watcher() {}).verdict().kind()).isEqualTo(Verdict.Kind.PASS);
        // One for those who want results before there are any, and the load.
        assertThat(numbers).hasSize(21).doesNotHaveDuplicates().contains(0L, 19L);
    }

    @Test
    void shouldNotBelieveARunWhoseGeneratorCrashed() throws Exception {
        var result = run("", new LocalRun.Watcher() {
            @Override
            public void interval(Aggregate soFar, Delta latest, int inFlight) {
                throw new IllegalArgumentException("the disk is full");
            }
        });
        assertThat(result.verdict().kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(result.verdict().reasons())
                .contains("the generator crashed: java.lang.IllegalArgumentException: the disk is full");
        assertThat(life).containsExactly("set up", "clean up", "tear down", "tear down once");
    }

    @Test
    void shouldTearDownAlsoWhereCleaningUpFails() throws Exception {
        var result = run("clean up", new LocalRun.Watcher() {});
        assertThat(result.problems()).containsExactly("cleaning up failed: java.lang.IllegalStateException: clean up");
        assertThat(life).containsExactly("set up", "clean up", "tear down", "tear down once");
    }

    @Test
    void shouldSayWhatATeardownThrewWhereARunCannotBegin() {
        assertThatThrownBy(() -> run("set up", new LocalRun.Watcher() {}))
                .isInstanceOf(LocalRun.CannotBegin.class)
                .hasMessageContaining("set up");
        assertThat(life)
                .containsExactly("set up", "clean up", "tear down", "tear down once", "log: the bucket remains");
    }

    private RunResult run(String failing, LocalRun.Watcher watcher) throws IOException, InterruptedException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://service", bundle = a.jar
            load { rate = 100/s, duration = 200ms, arrivals = constant }
            generator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }
            """);
        var source = new WorkloadSource() {
            @Override
            public List<String> names() {
                return List.of("put");
            }

            @Override
            public Workload workload(Run run) {
                return new Scripted(failing);
            }
        };
        return new LocalRun(new SystemClock(), RunFile.read(file, List.of()), source, line -> life.add("log: " + line))
                .run(watcher);
    }

    private final class Scripted implements Workload {
        private final String failing;

        Scripted(String failing) {
            this.failing = failing;
        }

        private void live(String step) {
            life.add(step);
            if (step.equals(failing)) {
                throw new IllegalStateException(step);
            }
        }

        @Override
        public void setUp(boolean oncePerRun) {
            if (oncePerRun) {
                live("set up");
            }
        }

        @Override
        public List<Subject> subjects() {
            Body body = this::execute;
            return List.of(new Subject("put", body, Duration.ofMinutes(1)));
        }

        private void execute(Execution execution) {
            numbers.add(execution.number());
            execution.began();
            execution.succeed();
            execution.release();
        }

        @Override
        public List<String> sources() {
            return List.of("put");
        }

        @Override
        public void cleanUp() {
            live("clean up");
        }

        @Override
        public List<String> tearDown(boolean oncePerRun) {
            live(oncePerRun ? "tear down once" : "tear down");
            return oncePerRun && failing.equals("set up") ? List.of("the bucket remains") : List.of();
        }

        @Override
        public void close() {}
    }
}
