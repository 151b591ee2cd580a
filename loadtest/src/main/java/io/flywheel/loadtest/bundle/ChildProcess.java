package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.Quantities;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A JVM that runs {@link BundleProcess}, and the threads that listen to it. It ends with this process: its standard
/// input does.
final class ChildProcess {
    /// Hears everything on threads of its own.
    interface Listener {
        void heard(Frame frame) throws IOException;

        /// A line that the bundle printed.
        void printed(String line);

        /// It has ended, or was ended because it did not answer; once.
        void ended(String why);
    }

    private static final long LOOK_MILLIS = 500;
    private static final long END_SECONDS = 5;
    private static final int LINES_MAX = 1_000;
    private static final int LINE_CHARACTERS_MAX = 500;
    private static final int LAST_LINES = 20;
    private static final String NO_MEMORY = "OutOfMemoryError";

    private final Clock clock;
    private final Process process;
    private final BundleLimits limits;
    private final Listener listener;
    private final Outbox outbox;
    private final Thread printing;
    private final ArrayDeque<String> lastLines = new ArrayDeque<>();
    private final ReentrantLock lines = new ReentrantLock();
    private volatile long heardNanos;

    private ChildProcess(Clock clock, Process process, Path jar, BundleLimits limits, Listener listener) {
        this.clock = clock;
        this.heardNanos = clock.monotonicNanos();
        this.process = process;
        this.limits = limits;
        this.listener = listener;
        String name = String.valueOf(jar.getFileName());
        this.outbox = new Outbox(process.getOutputStream(), "to " + name);
        this.printing = Thread.ofPlatform().daemon().name("output of " + name).start(this::readLines);
        Thread.ofPlatform().daemon().name("from " + name).start(this::readFrames);
        Thread.ofPlatform().daemon().name("watch " + name).start(this::watch);
    }

    /// @throws BundleRefused when this machine starts no process
    static ChildProcess start(Clock clock, Path jar, BundleLimits limits, Listener listener) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(limits.options());
        // What is said last holds.
        command.addAll(List.of(
                "-Xmx" + limits.memoryBytes(),
                "-XX:MaxDirectMemorySize=" + limits.memoryBytes(),
                "-XX:MaxMetaspaceSize=" + limits.classBytes(),
                "-XX:+ExitOnOutOfMemoryError",
                // Standard output is for messages alone, also where the JVM has something to say.
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BundleProcess.class.getName()));
        try {
            return new ChildProcess(clock, new ProcessBuilder(command).start(), jar, limits, listener);
        } catch (IOException e) {
            throw new BundleRefused("no process can be started for " + jar + ": " + e.getMessage(), e);
        }
    }

    void send(Frame frame) {
        outbox.send(frame);
    }

    /// Ends it at once.
    void close() {
        process.destroyForcibly();
        outbox.close();
    }

    private void readFrames() {
        String why = "";
        try (var in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
            for (var frame = Frame.read(in); frame.isPresent(); frame = Frame.read(in)) {
                heardNanos = clock.monotonicNanos();
                listener.heard(frame.get());
            }
        } catch (IOException | RuntimeException e) {
            why = "what its process says is not understood: " + e.getMessage();
        }
        try {
            boolean ended = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
            close();
            printing.join(TimeUnit.SECONDS.toMillis(1));
            if (why.isEmpty()) {
                why = ended ? reason(process.exitValue()) : "its process closed its output: it was ended";
            }
            listener.ended(why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            listener.ended("interrupted");
        }
    }

    private String reason(int exitCode) {
        lines.lock();
        try {
            for (String line : lastLines) {
                if (line.contains(NO_MEMORY)) {
                    return "it needed more than the " + Quantities.bytes((double) limits.memoryBytes())
                            + " of memory that it has (process.memory in the run file): "
                            + line.substring(line.indexOf(NO_MEMORY));
                }
            }
            String last = lastLines.isEmpty() ? "" : ": " + lastLines.getLast();
            return "its process ended with exit code " + exitCode + last;
        } finally {
            lines.unlock();
        }
    }

    private void readLines() {
        int shown = 0;
        try (var reader = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = line(reader); line != null; line = line(reader)) {
                keep(line);
                shown++;
                if (shown <= LINES_MAX) {
                    listener.printed(shown == LINES_MAX ? "(it prints too much: no more of it is shown)" : line);
                }
            }
        } catch (IOException e) {
            keep("its output cannot be read: " + e.getMessage());
        }
    }

    /// However long a line is, only its beginning is kept.
    private static @Nullable String line(BufferedReader reader) throws IOException {
        var text = new StringBuilder();
        int character = reader.read();
        if (character < 0) {
            return null;
        }
        for (; character >= 0 && character != '\n'; character = reader.read()) {
            if (text.length() < LINE_CHARACTERS_MAX && character != '\r') {
                text.append((char) character);
            }
        }
        return text.toString();
    }

    private void keep(String line) {
        lines.lock();
        try {
            lastLines.addLast(line);
            if (lastLines.size() > LAST_LINES) {
                lastLines.removeFirst();
            }
        } finally {
            lines.unlock();
        }
    }

    private void watch() {
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (clock.monotonicNanos() - heardNanos > limits.silence().toNanos()) {
                    listener.ended("it has given no sign of life for "
                            + Quantities.time(limits.silence().toNanos()) + ": its process was ended");
                    close();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
