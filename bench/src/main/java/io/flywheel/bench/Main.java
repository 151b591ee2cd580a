package io.flywheel.bench;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// {@code flywheel bench NAME}. Exits with 0 when everything was measured (whether a target was met is in the output),
/// with 1 when something failed, with 2 on wrong usage.
@Command(
        name = "flywheel bench",
        description = "Measures Flywheel beside its limits and its peers.",
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
    @Parameters(index = "0", description = "A benchmark, or: all, list-names, jmh [PATTERN].")
    private String name = "";

    @Parameters(index = "1", arity = "0..1", description = "With jmh: which micro-benchmarks.")
    private String pattern = ".*";

    @Option(names = "--json", description = "Write one JSON document instead of tables.")
    private boolean json;

    @Option(names = "--scale", description = "Multiplies amounts of data; 1 is the full form.")
    private double scale = 1;

    @Option(names = "--rounds", description = "Measured rounds of each side.")
    private int rounds = 7;

    @Option(names = "--seconds", description = "Length of a round.")
    private double seconds = 1.5;

    @Option(names = "--ram", description = "A folder on a RAM disk.")
    private Path ram = Path.of("/dev/shm");

    @Option(names = "--disk", description = "A folder on a real disk.")
    private Path disk = Path.of("/var/tmp");

    @Option(names = "--home", description = "The checkout.")
    private Path home = Path.of(System.getProperty("flywheel.home", "."));

    /// What a run of one or all benchmarks found, as it is written with {@code --json}.
    record Result(Machine machine, List<Report> reports) {}

    private Main() {}

    public static void main(String[] args) {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        // Requests live as long as the run and are never released.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        var line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((failure, _, _) -> {
            System.err.println("flywheel bench: " + failure);
            return 1;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        return switch (name) {
            case "list-names" -> {
                Catalogue.ALL.forEach(benchmark -> System.out.println(benchmark.name()));
                yield 0;
            }
            case "jmh" -> {
                new Runner(new OptionsBuilder().include(pattern).build()).run();
                yield 0;
            }
            case "all" -> run(Catalogue.ALL);
            default -> {
                var found = Catalogue.find(name);
                if (found.isPresent()) {
                    yield run(List.of(found.get()));
                }
                System.err.printf(
                        "flywheel bench: no benchmark is called %s; did you mean %s?%n", name, Catalogue.nearest(name));
                yield 2;
            }
        };
    }

    private int run(List<Benchmark> benchmarks) throws Exception {
        var setting = new Setting(home.toAbsolutePath().normalize(), ram, disk, scale, rounds, Duration.ofMillis((long)
                (seconds * 1000)));
        var reports = new ArrayList<Report>();
        PrintStream out = System.out;
        for (var benchmark : benchmarks) {
            var report = benchmark.run(setting);
            reports.add(report);
            if (!json) {
                out.print(ReportText.of(report));
            }
        }
        if (json) {
            var mapper = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();
            out.println(mapper.writeValueAsString(new Result(Machine.here(), reports)));
        } else {
            out.println("machine: " + Machine.here());
        }
        return 0;
    }
}
