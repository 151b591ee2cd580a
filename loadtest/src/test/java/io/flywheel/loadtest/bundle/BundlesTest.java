package io.flywheel.loadtest.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bundles in processes of their own, beside one that does what it should. Each process costs about half a second.
final class BundlesTest {
    private static final String HEAD = "import io.flywheel.loadtest.api.*;\nimport java.util.*;\n";
    private static final String GOOD = HEAD + "public class Good { @Transaction void good() {} }";
    private static final BundleLimits LIMITS =
            new BundleLimits(64L << 20, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    @TempDir
    private Path folder = Path.of(".");

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final Run run =
            new RunInfo(Run.Mode.LOAD, "http://a", 5, "r", 0, new Settings(Map.of("colour", "blue")), log::add);

    @Test
    void shouldTellEverythingThatAnExecutionSays() throws Exception {
        Path jar = build("Talker", HEAD + """
            public class Talker {
                @Setup void limits(Run run) {
                    for (var pool : java.lang.management.ManagementFactory.getMemoryPoolMXBeans()) {
                        if (pool.getName().equals("Metaspace")) {
                            run.log("classes may take " + (pool.getUsage().getMax() >> 20));
                        }
                    }
                    try {
                        java.nio.ByteBuffer.allocateDirect(65 << 20);
                    } catch (OutOfMemoryError e) {
                        run.log("no such buffer");
                    }
                }
                @Setup void setUp(Run run) { System.out.println("printed"); run.log("colour " + run.settings().text("colour"));
                    run.log("option " + System.getProperty("talker.option")); }
                @Feed List<String> words() { return List.of("apple", "pear"); }
                @Transaction String make(Context context, @Feed("words") String word) throws Exception {
                    context.requestId("id-1");
                    context.sent(3);
                    context.received(4);
                    context.check("is a fruit", true);
                    context.measure("part", () -> 1);
                    return word + context.number() + context.run().mode();
                }
                @Transaction void use(Context context, @ResultOf("make") String made) {
                    context.require("has " + made, false);
                }
                @Cleanup("make") void delete(String made, Run run) { run.log("deleted " + made); }
                @Teardown void tearDown() { throw new IllegalStateException("not today"); }
            }
            """);
        var outcomes = new ArrayList<FunctionalRun.Outcome>();
        // What the process itself needs has precedence.
        var limits = new BundleLimits(
                LIMITS.memoryBytes(),
                LIMITS.setup(),
                LIMITS.teardown(),
                LIMITS.silence(),
                List.of("-Dtalker.option=red", "-XX:MaxDirectMemorySize=1g"));
        var workload = open(limits, jar);
        try (workload) {
            begin(workload);
            outcomes.addAll(execute(workload));
            workload.cleanUp();
            assertThat(workload.tearDown(true)).isEmpty();
            assertThat(workload.tearDown(false))
                    .containsExactly("Talker.jar: teardown Talker.tearDown failed: java.lang.IllegalStateException: not"
                            + " today");
            assertThat(workload.cleaned()).isEqualTo(new Workload.Cleaned(1, 0));
        }
        assertThat(outcomes).hasSize(2);
        var made = outcomes.getFirst();
        assertThat(made.passed()).as(made.toString()).isTrue();
        assertThat(made.checks()).containsExactly(new FunctionalRun.Checked("is a fruit", true));
        assertThat(made.requestIds()).containsExactly("id-1");
        assertThat(outcomes.getLast().failure())
                .contains(new FunctionalRun.Failure("check: has apple0LOAD", "has apple0LOAD"));
        assertThat(log)
                .contains("Talker.jar: option red", "Talker.jar: classes may take 128", "Talker.jar: no such buffer");
        assertThat(log).contains("Talker.jar: colour blue", "Talker.jar: printed", "Talker.jar: deleted apple0LOAD");
        assertThat(workload.lost()).isEmpty();
    }

    @Test
    void shouldGoOnWithTheOthersWhereABundleCannotBeRun() throws Exception {
        Path version = folder.resolve("version.jar");
        SampleBundle.build(version, "V", HEAD + "public class V { @Transaction(\"v.one\") void a() {} }", "9.0");
        Path missing = folder.resolve("missing.jar");
        SampleBundle.build(
                missing,
                "M",
                HEAD + "public class M { @Transaction void m(Library library) {} }\nclass Library {}",
                "1.0",
                "Library.class");
        Path generic = folder.resolve("generic.jar");
        SampleBundle.build(generic, "G", HEAD + """
            public class G {
                @Transaction List<Library> find() { return List.of(); }
                @Transaction void use(@ResultOf("find") List<Library> found) {}
            }
            class Library {}
            """, "1.0", "Library.class");
        Path initialiser = build(
                "I", HEAD + "public class I { static int x = Integer.parseInt(\"?\"); @Transaction void i() {} }");
        Path setup = build("S", HEAD + """
            public class S {
                @Setup void begin() { throw new IllegalStateException("no bucket"); }
                @Teardown void end(Run run) { run.log("tore down"); }
                @Transaction void s() {}
            }
            """);
        var bundles = Bundles.open(List.of(version, missing, generic, initialiser, setup, build("Good", GOOD)));
        assertThat(bundles.names()).containsExactly("v.one", "m", "find", "use", "i", "s", "good");
        try (var workload = bundles.workload(new SystemClock(), run, List.of(), LIMITS)) {
            begin(workload);
            assertThat(workload.lost())
                    .satisfiesExactly(
                            why -> assertThat(why).contains("version.jar was built with version 9.0 of the API"),
                            why -> assertThat(why).contains("missing.jar needs the class Library"),
                            why -> assertThat(why).contains("generic.jar needs the class Library"),
                            why -> assertThat(why).contains("I.jar: I cannot be made: java.lang.NumberFormatException"),
                            why -> assertThat(why)
                                    .contains("S.jar: setup S.begin failed: java.lang.IllegalStateException: no"
                                            + " bucket"));
            var outcomes = execute(workload);
            assertThat(outcomes.stream().filter(FunctionalRun.Outcome::passed))
                    .extracting(FunctionalRun.Outcome::transaction)
                    .containsExactly("good");
            assertThat(outcomes.getFirst().failure().orElseThrow().message()).contains("version 9.0");
            assertThat(workload.tearDown(false)).isEmpty();
            assertThat(log).contains("S.jar: tore down");
        }
    }

    @Test
    void shouldFindOutWhetherBundlesCanBeRunWithoutSettingThemUp() throws Exception {
        Path exits = build("Exits", HEAD + """
            import java.lang.annotation.*;
            enum Level { HIGH; static { System.exit(0); } }
            @Retention(RetentionPolicy.RUNTIME) @interface Tag { Level value(); }
            public class Exits { @Tag(Level.HIGH) @Transaction void a() {} }
            """);
        Path wrong = build("Wrong", HEAD + "public class Wrong { @Transaction void w(int i) {} }");
        Path good = build("Good", HEAD + """
            public class Good {
                public Good() { throw new IllegalStateException("nothing is to be made"); }
                @Transaction void good() {}
            }
            """);
        assertThat(Bundles.open(List.of(exits, wrong, good)).examine(new SystemClock(), LIMITS))
                .satisfiesExactly(
                        why -> assertThat(why).isEqualTo("Exits.jar: it called System.exit"),
                        why -> assertThat(why)
                                .isEqualTo("Wrong.jar: Wrong.w: the parameter of type Integer has neither @Feed nor"
                                        + " @ResultOf, and is neither Context nor Run"));
    }

    @Test
    void shouldEndOneThatNeedsTooMuchMemory() throws Exception {
        assertLost(
                "memory",
                "List<long[]> all = new ArrayList<>(); while (true) { all.add(new long[1 << 20]); }",
                "it needed more than the 64 MiB of memory that it has",
                "OutOfMemoryError: Java heap space");
    }

    @Test
    void shouldEndOneThatCallsExit() throws Exception {
        assertLost("exit", "System.exit(0);", "it called System.exit");
    }

    @Test
    void shouldEndOneWithTooManyThreads() throws Exception {
        assertLost(
                "threads",
                "while (true) { Thread.ofPlatform().stackSize(65536).start(() ->"
                        + " java.util.concurrent.locks.LockSupport.park()); }",
                " threads, 5000 are allowed");
    }

    @Test
    void shouldEndOneThatGivesNoSignOfLife() throws Exception {
        var short_ = new BundleLimits(64L << 20, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(3));
        Path jar = build("Frozen", HEAD + """
            public class Frozen {
                @Transaction void frozen() throws Exception {
                    long own = ProcessHandle.current().pid();
                    new ProcessBuilder("kill", "-STOP", "" + own).start();
                    new java.util.concurrent.CountDownLatch(1).await();
                }
            }
            """);
        try (var workload = open(short_, jar, build("Good", GOOD))) {
            begin(workload);
            var outcomes = execute(workload);
            assertThat(workload.lost())
                    .singleElement()
                    .asString()
                    .contains("it has given no sign of life for 3 s: its process was ended");
            assertThat(outcomes.getLast().passed()).isTrue();
        }
    }

    /// It takes all processors that virtual threads have in its process.
    @Test
    void shouldGiveUpAnEndlessLoop() throws Exception {
        var limits = new BundleLimits(64L << 20, Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(30));
        Path jar = build("Loop", HEAD + """
            public class Loop {
                @Transaction(timeoutSeconds = 1) void loop() { while (true) {} }
                @Teardown void end() { while (true) {} }
            }
            """);
        try (var workload = open(limits, jar, build("Good", GOOD))) {
            begin(workload);
            var outcomes = execute(workload);
            assertThat(outcomes.getFirst().failure().orElseThrow().kind()).isEqualTo("timeout");
            assertThat(outcomes.getLast().passed()).isTrue();
            assertThat(workload.tearDown(false))
                    .singleElement()
                    .asString()
                    .contains("Loop.jar: its teardown took longer than 2 s: its process was ended; what it made may"
                            + " still be there");
            assertThat(workload.lost()).isEmpty();
        }
    }

    @Test
    void shouldEndOneWhoseSetupHangs() throws Exception {
        var limits = new BundleLimits(64L << 20, Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(30));
        Path jar = build(
                "Slow",
                HEAD + "public class Slow { static { while (Math.random() < 2) {} } @Transaction void s() {} }");
        assertThatThrownBy(() -> open(limits, jar))
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining("Slow.jar: loading it took longer than 2 s: its process was ended");
    }

    @Test
    void shouldNameThreadsThatABundleLeaves() throws Exception {
        Path jar = build("Leak", HEAD + """
            public class Leak {
                @Transaction void leak() {
                    Thread.ofPlatform().daemon(false).name("left over").start(() -> java.util.concurrent.locks.LockSupport.park());
                }
            }
            """);
        try (var workload = open(LIMITS, jar)) {
            begin(workload);
            assertThat(execute(workload).getFirst().passed()).isTrue();
            assertThat(workload.tearDown(true))
                    .singleElement()
                    .asString()
                    .contains("Leak.jar: it left threads running (1): left over.");
        }
    }

    @Test
    void shouldEndTheProcessAndItsThreadsWithTheWorkload() throws Exception {
        Path jar = build("Pid", HEAD + """
            public class Pid {
                @Setup void say(Run run) { run.log("" + ProcessHandle.current().pid()); }
                @Transaction void a() {}
            }
            """);
        ProcessHandle process;
        List<Thread> threads;
        try (var workload = open(LIMITS, jar)) {
            begin(workload);
            long pid = Long.parseLong(log.stream()
                    .filter(line -> line.startsWith("Pid.jar: "))
                    .findFirst()
                    .orElseThrow()
                    .substring(9));
            process = ProcessHandle.of(pid).orElseThrow();
            assertThat(process.isAlive()).isTrue();
            threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().endsWith(" Pid.jar"))
                    .toList();
            assertThat(threads).extracting(Thread::getName).contains("to Pid.jar", "from Pid.jar");
        }
        assertThat(process.onExit().get(20, TimeUnit.SECONDS).isAlive()).isFalse();
        // A canary starts a process for each shift: what listens to one may not stay.
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(5))).as(thread.getName()).isTrue();
        }
    }

    /// A terminal's Ctrl-C goes to all processes of the group; the generator decides when they end.
    @Test
    void shouldNotShutDownOnSignals() throws Exception {
        Path jar = build("Signals", HEAD + """
            public class Signals {
                private final java.util.concurrent.CountDownLatch last = new java.util.concurrent.CountDownLatch(1);

                Signals() { sun.misc.Signal.handle(new sun.misc.Signal("WINCH"), signal -> last.countDown()); }

                @Transaction void signal() throws Exception {
                    for (String name : List.of("HUP", "INT", "TERM", "WINCH")) {
                        var kill = new ProcessBuilder("kill", "-" + name, "" + ProcessHandle.current().pid());
                        kill.start().waitFor();
                    }
                    // The JVM handles them in the order of their numbers, of which this is the largest.
                    last.await();
                }

                @Teardown void end() {
                    // Throws once the JVM has begun to shut down.
                    Runtime.getRuntime().addShutdownHook(new Thread());
                }
            }
            """);
        try (var workload = open(LIMITS, jar)) {
            begin(workload);
            assertThat(execute(workload).getFirst().passed()).isTrue();
            assertThat(workload.tearDown(false)).isEmpty();
            assertThat(workload.lost()).isEmpty();
        }
    }

    /// However the generator ended, the pipe's end is closed, perhaps in the middle of a message.
    @Test
    void shouldEndWhenItsStandardInputDoes() throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BundleProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().write(new byte[] {0, 0, 0, 9});
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldRefuseTwoTransactionsOfOneName() throws Exception {
        Path one = build("Good", GOOD);
        Path other = build("Other", GOOD.replace("class Good", "class Other"));
        assertThatThrownBy(() -> Bundles.open(List.of(one, other)))
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining("have a transaction 'good'");
    }

    /// A transaction that ends its process, beside one of another bundle.
    private void assertLost(String name, String body, String... why) throws Exception {
        String type = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        Path jar = build(
                type, HEAD + "public class " + type + " { @Transaction void bad() throws Exception { " + body + " } }");
        try (var workload = open(LIMITS, jar, build("Good", GOOD))) {
            begin(workload);
            var outcomes = execute(workload);
            assertThat(workload.lost())
                    .singleElement()
                    .asString()
                    .contains(type + ".jar: ")
                    .contains(why);
            assertThat(outcomes.getFirst().failure().orElseThrow().kind()).isEqualTo("bundle lost");
            assertThat(outcomes.getLast().passed()).isTrue();
            // The one that is left goes on.
            assertThat(execute(workload).getLast().passed()).isTrue();
            assertThat(workload.isLost()).isFalse();
            assertThat(workload.tearDown(true)).isEmpty();
        }
    }

    private Workload open(BundleLimits limits, Path... jars) {
        return Bundles.open(List.of(jars)).workload(new SystemClock(), run, List.of(), limits);
    }

    private static void begin(Workload workload) throws InterruptedException {
        workload.setUp(true);
        workload.setUp(false);
        workload.open();
    }

    private List<FunctionalRun.Outcome> execute(Workload workload) throws InterruptedException {
        return new FunctionalRun(new SystemClock(), run).execute(workload.subjects());
    }

    private Path build(String name, String source) throws IOException {
        Path jar = folder.resolve(name + ".jar");
        SampleBundle.build(jar, name, source, "1.0");
        return jar;
    }
}
