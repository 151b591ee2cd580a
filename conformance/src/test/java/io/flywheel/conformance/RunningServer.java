package io.flywheel.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// The packaged server as a child process on one directory. Its standard error goes to a file in `target/servers`,
/// which a failed start quotes.
public final class RunningServer implements AutoCloseable {

    /// The root credentials of every server that tests start.
    public static final String ACCESS_KEY = "flywheeltest";

    /// The secret to [#ACCESS_KEY].
    public static final String SECRET_KEY = "flywheeltest-secret-0123456789abcdef";

    private static final Path JAR = Path.of(System.getProperty("flywheel.jar", "../server/target/flywheel.jar"));
    private static final Path LOGS = Path.of("target", "servers");
    private static final long START_SECONDS_MAX = 60;
    private static final long STOP_SECONDS_MAX = 60;
    private static final AtomicInteger STARTS = new AtomicInteger();

    private final Path directory;
    private final Options options;
    private final Process process;
    private final Path log;
    private final URI endpoint;

    /// How a server is started: `wrapper` is a command before the JVM's own (a tracer, say), `jvm` are more JVM options
    /// and `arguments` more arguments of the `server` command.
    public record Options(List<String> wrapper, List<String> jvm, List<String> arguments) {

        /// As a user would start it.
        public static final Options DEFAULT = new Options(List.of(), List.of(), List.of());

        public Options {
            wrapper = List.copyOf(wrapper);
            jvm = List.copyOf(jvm);
            arguments = List.copyOf(arguments);
        }
    }

    private RunningServer(Path directory, Options options, Process process, Path log, URI endpoint) {
        this.directory = directory;
        this.options = options;
        this.process = process;
        this.log = log;
        this.endpoint = endpoint;
    }

    /// Starts a server on `directory` and waits until it serves.
    public static RunningServer start(Path directory) {
        return start(directory, Options.DEFAULT);
    }

    /// Starts a server on `directory` and waits until it serves; a server that does not is an [AssertionError] with
    /// what it logged.
    public static RunningServer start(Path directory, Options options) {
        Path log = logFile();
        Process process = launch(directory, options, log);
        CompletableFuture<String> line = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> follow(process, line));
        try {
            String ready = line.get(START_SECONDS_MAX, TimeUnit.SECONDS);
            if (!ready.startsWith("ready http")) {
                throw failed(process, log, "said '" + ready + "' instead of being ready");
            }
            return new RunningServer(directory, options, process, log, URI.create(ready.substring("ready ".length())));
        } catch (TimeoutException e) {
            throw failed(process, log, "was not ready after " + START_SECONDS_MAX + " s");
        } catch (ExecutionException e) {
            throw failed(process, log, "closed its output: " + e.getCause());
        } catch (InterruptedException e) {
            throw failed(process, log, "the test was interrupted");
        }
    }

    /// Starts the process without waiting for it to serve, so that it can be killed while it recovers.
    public static Process launch(Path directory, Options options, Path log) {
        List<String> command = new ArrayList<>(options.wrapper());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // What the ./flywheel script starts, without its AOT cache, and without the optimising compiler: it would not
        // have paid off before the server ends.
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xms48m",
                "-Xmx192m",
                "-XX:MaxDirectMemorySize=160m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xlog:disable",
                "-Xlog:all=error:stderr"));
        command.addAll(options.jvm());
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString(), "server", "--address", "127.0.0.1:0"));
        command.addAll(options.arguments());
        command.add(directory.toAbsolutePath().toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("FLYWHEEL_ROOT_ACCESS_KEY", ACCESS_KEY);
        builder.environment().put("FLYWHEEL_ROOT_SECRET_KEY", SECRET_KEY);
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        // The list of known disks is the user's, and these are not.
        builder.environment()
                .put(
                        "FLYWHEEL_STATE_DIR",
                        LOGS.resolve("state").toAbsolutePath().toString());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A new file for the standard error of one process.
    public static Path logFile() {
        try {
            Files.createDirectories(LOGS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return LOGS.resolve(ProcessHandle.current().pid() + "-" + STARTS.incrementAndGet() + ".log");
    }

    private static void follow(Process process, CompletableFuture<String> firstLine) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            if (line == null) {
                firstLine.completeExceptionally(new IOException("end of output"));
                return;
            }
            firstLine.complete(line);
            while (output.readLine() != null) {
                // Drained so that the server never blocks on it.
            }
        } catch (IOException e) {
            firstLine.completeExceptionally(e);
        }
    }

    private static AssertionError failed(Process process, Path log, String what) {
        killAll(process);
        return new AssertionError("the server " + what + "; it logged:\n" + tail(log));
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 100), lines.size()));
        } catch (IOException e) {
            return "(cannot read " + log + ": " + e + ")";
        }
    }

    /// Where it serves, without a trailing slash.
    public URI endpoint() {
        return endpoint;
    }

    /// Its disk.
    public Path directory() {
        return directory;
    }

    /// The last lines of its log.
    public String logTail() {
        return tail(log);
    }

    /// True while the process runs.
    public boolean isAlive() {
        return process.isAlive();
    }

    /// Ends it by SIGKILL, and waits until it is gone.
    public void kill() {
        killAll(process);
    }

    private static void killAll(Process process) {
        List<ProcessHandle> children = process.descendants()
                .sorted(Comparator.comparingLong(ProcessHandle::pid).reversed())
                .toList();
        children.forEach(ProcessHandle::destroyForcibly);
        children.forEach(child -> child.onExit().join());
        process.destroyForcibly();
        process.onExit().join();
    }

    /// Ends it by SIGTERM and returns its exit code (that of the wrapper, where there is one).
    public int stop() {
        List<ProcessHandle> children = process.descendants().toList();
        if (children.isEmpty()) {
            process.destroy();
        } else {
            // The tracer ends with the server, so that nothing of the trace is lost.
            children.forEach(ProcessHandle::destroy);
        }
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw failed(process, log, "did not stop within " + STOP_SECONDS_MAX + " s of SIGTERM");
            }
        } catch (InterruptedException e) {
            throw failed(process, log, "was not awaited: the test was interrupted");
        }
        return process.exitValue();
    }

    /// Stops it if it still runs, and starts another on the same directory in the same way.
    public RunningServer restart() {
        if (process.isAlive()) {
            stop();
        }
        return start(directory, options);
    }

    /// Ends it at once.
    @Override
    public void close() {
        kill();
    }
}
