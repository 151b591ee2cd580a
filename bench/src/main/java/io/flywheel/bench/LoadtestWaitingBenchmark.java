package io.flywheel.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// What transactions of a bundle cost that wait, all at once: `flywheel loadtest run` as users start it, with the
/// bundle's process.
final class LoadtestWaitingBenchmark implements Benchmark {
    private static final int WAITING = 100_000;
    private static final double MEBIBYTE = 1 << 20;
    private static final double TARGET_MEBIBYTES = 1024;
    private static final int WAIT_SECONDS = 18;
    /// So that as many wait as are wanted before the first has ended, and for a while.
    private static final int RUN_SECONDS = 20;

    private static final long LOOK_MILLIS = 100;
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

    @Override
    public String name() {
        return "loadtest-waiting";
    }

    @Override
    public String title() {
        return "100,000 transactions of a bundle that wait at once: peak resident memory of generator and bundle";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var targets = new ArrayList<Target>();
        var notes = new ArrayList<String>();
        int waiting = setting.scaled(WAITING);
        for (int depth : List.of(0, 30)) {
            try (var scratch = Flywheel.Scratch.in(setting.ram())) {
                var measured = run(setting, scratch.path(), waiting, depth);
                String when = depth == 0 ? "asleep in the transaction" : "asleep " + depth + " calls deeper";
                targets.add(Target.atLeast(when + ": waiting at once", measured.waiting(), waiting));
                targets.add(Target.atMost(when + ": failed or dropped", measured.failed(), 0));
                targets.add(Target.atMost(
                        when + ": peak resident MiB, both processes",
                        (measured.generator().bytesPeak() + measured.bundle().bytesPeak()) / MEBIBYTE,
                        TARGET_MEBIBYTES));
                notes.add(String.format(
                        Locale.ROOT,
                        "%s: %,d at once, generator %s, bundle %s; verdict %s",
                        when,
                        measured.waiting(),
                        measured.generator(),
                        measured.bundle(),
                        measured.verdict()));
            }
        }
        return new Report(name(), title(), "MiB", List.of(), targets, notes);
    }

    /// A process at its largest.
    ///
    /// @param bytesPeak of its resident memory (VmHWM)
    /// @param heapBytes used by objects, dead ones too, when all were waiting
    private record Memory(long bytesPeak, long heapBytes) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f MiB (heap %.0f MiB)", bytesPeak / MEBIBYTE, heapBytes / MEBIBYTE);
        }
    }

    private record Measured(int waiting, int failed, String verdict, Memory generator, Memory bundle) {}

    private static Measured run(Setting setting, Path scratch, int waiting, int depth) throws Exception {
        bundle(scratch.resolve("waiting.jar"));
        int perSecond = Math.ceilDiv(waiting, WAIT_SECONDS - 1);
        Path file = Files.writeString(
                scratch.resolve("run.conf"), """
                    target = "http://127.0.0.1:1"
                    bundle = waiting.jar
                    settings { wait-millis = %d, depth = %d }
                    load { rate = %d/s, arrivals = constant, duration = %ds, in-flight-max = 1000000, drain = 60s }
                    """.formatted(WAIT_SECONDS * 1000, depth, perSecond, RUN_SECONDS));
        Path json = scratch.resolve("result.json");
        Path output = scratch.resolve("output");
        var process = new ProcessBuilder(
                        setting.home().resolve("flywheel").toString(),
                        "loadtest",
                        "run",
                        file.toString(),
                        "--plain",
                        "--json",
                        json.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (var generator = new ServerProcess(process, 0)) {
            var seen = watch(generator, System.nanoTime() + (WAIT_SECONDS + 1) * 1_000_000_000L);
            if (process.waitFor() > 3 || !Files.exists(json)) {
                throw new IOException("the run failed: " + Files.readString(output));
            }
            var result = new JsonMapper().readTree(Files.readString(json));
            return new Measured(
                    result.at("/generator/inFlightMax").asInt(),
                    result.at("/all/failed").asInt() + result.at("/all/dropped").asInt(),
                    result.get("verdict").asString() + " " + result.get("reasons"),
                    seen.getFirst(),
                    seen.getLast());
        }
    }

    /// Until the generator ends.
    ///
    /// @param heapAtNanos when to ask for the heaps
    /// @return the generator and the bundle's process
    private static List<Memory> watch(ServerProcess generator, long heapAtNanos) throws Exception {
        var peaks = new long[2];
        var heaps = new long[2];
        while (generator.isAlive()) {
            var pids = generator.pids();
            for (int i = 0; i < Math.min(2, pids.size()); i++) {
                peaks[i] = Math.max(peaks[i], ServerProcess.residentBytesPeak(pids.get(i)));
                if (heaps[i] == 0 && System.nanoTime() > heapAtNanos) {
                    heaps[i] = heapBytes(pids.get(i));
                }
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return List.of(new Memory(peaks[0], heaps[0]), new Memory(peaks[1], heaps[1]));
    }

    private static long heapBytes(long pid) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.heap_info")
                .redirectErrorStream(true)
                .start();
        var used = HEAP_USED.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        var _ = process.waitFor();
        return used.find() ? Long.parseLong(used.group(1)) * 1024 : 0;
    }

    private static void bundle(Path jar) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        String entry = WaitingBundle.class.getName().replace('.', '/') + ".class";
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var in = WaitingBundle.class.getClassLoader().getResourceAsStream(entry)) {
            if (in == null) {
                throw new IOException("no class " + entry);
            }
            out.putNextEntry(new JarEntry(entry));
            in.transferTo(out);
            out.closeEntry();
        }
    }
}
