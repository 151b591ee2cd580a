package io.flywheel.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The program as a process of its own, from the classes of this build. Standard output and error go to files, so that
/// nothing ever waits for the test to read.
final class ServerChild implements AutoCloseable {
    static final long SECONDS_MAX = 60;

    private final Process process;
    private final Path output;
    private final Path error;

    private ServerChild(Process process, Path output, Path error) {
        this.process = process;
        this.output = output;
        this.error = error;
    }

    /// Starts {@code flywheel} with these arguments; its state and output are kept in {@code folder}.
    static ServerChild start(Path folder, Map<String, String> environment, List<String> arguments) {
        try {
            Path output = Files.createTempFile(folder, "child", ".out");
            Path error = Files.createTempFile(folder, "child", ".err");
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of(
                    "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-Xmx192m", "-XX:+UseSerialGC"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.flywheel.server.Main"));
            command.addAll(arguments);
            var builder =
                    new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(error.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("FLYWHEEL_"));
            builder.environment()
                    .put("FLYWHEEL_STATE_DIR", folder.resolve("state").toString());
            builder.environment().putAll(environment);
            return new ServerChild(builder.start(), output, error);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits for the end; the exit code.
    int exitCode() {
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("it did not end; it said:\n" + output() + error());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /// Waits until it serves; the URL of the line it says then.
    String endpoint() {
        String begin = "ready ";
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (System.nanoTime() < deadline && process.isAlive()) {
            String said = output();
            if (said.startsWith(begin) && said.endsWith("\n")) {
                return said.substring(begin.length()).strip();
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        throw new AssertionError("it is not ready; it said:\n" + output() + error());
    }

    String output() {
        return text(output);
    }

    String error() {
        return text(error);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SIGTERM.
    void terminate() {
        process.destroy();
    }

    /// Ctrl-C; SIGTERM where this build itself was started with interrupts ignored (by a shell in the background, say),
    /// since its children inherit that.
    void interrupt() {
        try {
            new ProcessBuilder("kill", ignoresInterrupts() ? "-TERM" : "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean ignoresInterrupts() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("SigIgn:")) {
                return (Long.parseUnsignedLong(
                                        line.substring("SigIgn:".length()).strip(), 16)
                                & 2)
                        != 0;
            }
        }
        return false;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
