package io.flywheel.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A server under measurement: a child process, with its own children counted in.
final class ServerProcess implements AutoCloseable {
    /// USER_HZ, the unit of the times in {@code /proc/PID/stat}: 100 on every Linux that Java runs on.
    private static final double TICKS_PER_SECOND = 100;

    private final Process process;
    private final int port;

    ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Starts {@code command} and waits for the line on its standard output that says where it serves. Its standard
    /// error goes to {@code log}.
    static ServerProcess start(List<String> command, java.util.Map<String, String> environment, Path log)
            throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        var process = builder.redirectError(log.toFile()).start();
        var ready = process.inputReader().readLine();
        if (ready == null || !ready.startsWith("ready ")) {
            process.destroyForcibly();
            throw new IOException("%s did not start; it printed %s, and to standard error: %s"
                    .formatted(command.getFirst(), ready, Files.readString(log)));
        }
        return new ServerProcess(process, Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1)));
    }

    static String javaCommand() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// User and system time so far, in seconds.
    double cpuSeconds() {
        return handles().mapToLong(handle -> ticks(handle.pid())).sum() / TICKS_PER_SECOND;
    }

    /// User and system time of this process so far, in seconds.
    static double ownCpuSeconds() {
        return ticks(ProcessHandle.current().pid()) / TICKS_PER_SECOND;
    }

    /// User and system time of the children of this process that have ended, in seconds.
    static double endedChildrenCpuSeconds() {
        return ticks(ProcessHandle.current().pid(), 13) / TICKS_PER_SECOND;
    }

    /// The peak of resident memory so far, in bytes.
    long residentBytesPeak() {
        return handles().mapToLong(handle -> residentBytesPeak(handle.pid())).sum();
    }

    /// The same of one process.
    static long residentBytesPeak(long pid) {
        return status(pid, "VmHWM:");
    }

    /// Resident memory now, in bytes.
    long residentBytes() {
        return handles().mapToLong(handle -> status(handle.pid(), "VmRSS:")).sum();
    }

    /// Stops all its processes for a while, after a while: they neither answer nor refuse, and their connections stay
    /// open. One shell does it, so that no start of a process lies between the two signals.
    ///
    /// @return the shell; its output is the two moments in nanoseconds of the wall clock
    Process freeze(Duration after, Duration length) throws IOException {
        String pids = pids().stream().map(String::valueOf).collect(Collectors.joining(" "));
        String script = "sleep %1$s; kill -STOP %3$s; date +%%s%%N; sleep %2$s; date +%%s%%N; kill -CONT %3$s"
                .formatted(seconds(after), seconds(length), pids);
        return new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e9);
    }

    /// Itself first.
    List<Long> pids() {
        return handles().map(ProcessHandle::pid).toList();
    }

    private Stream<ProcessHandle> handles() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    private static long ticks(long pid) {
        return ticks(pid, 11);
    }

    /// @param field of the user time, counted from field 3 on; that of the system time follows it
    private static long ticks(long pid, int field) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name in parentheses may hold spaces; what follows it begins with field 3.
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1]);
        } catch (IOException e) {
            return 0;
        }
    }

    private static long status(long pid, String field) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            // It has ended.
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
