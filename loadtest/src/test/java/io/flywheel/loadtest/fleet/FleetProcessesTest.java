package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Controller and agents as processes, against a server that counts: `-Dfleet.processes=true`. One agent is killed, one
/// stopped for a while, one cut off, one told to go; the controller is killed and started again. Whatever that comes to
/// on a machine that is busy with other things, what was counted, what is missing and what the server has seen fit
/// together. Takes half a minute.
@EnabledIfSystemProperty(named = "fleet.processes", matches = "true")
final class FleetProcessesTest {
    private static final int RATE = 200;
    private static final int SECONDS = 25;
    /// Succeeded and failed.
    private static final Pattern COUNTED = Pattern.compile("^get +([0-9,]+) .* ([0-9,]+) +[0-9,]+$");
    private static final Pattern MISSING = Pattern.compile("missing: ([0-9]+) arrivals");
    private static final Pattern UNACCOUNTED = Pattern.compile("missing: how ([0-9]+) executions");

    @TempDir
    private Path folder = Path.of(".");

    private long beganNanos;
    private final AtomicLong served = new AtomicLong();
    private final List<Process> processes = new ArrayList<>();
    private final HttpServer server = serving();

    private HttpServer serving() {
        try {
            var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            made.createContext("/", exchange -> {
                served.incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void begin() {
        server.start();
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
        server.stop(0);
    }

    @Test
    void shouldSayWhatTheServerSawWhateverHappensToWhom() throws Exception {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://127.0.0.1:%d"
            pack = http
            http { requests { get { path = "/" } } }
            load { rate = %d/s, duration = %ds, arrivals = constant }
            generator { lag = 1h, cpu = 100%%, pause = 1h, pauses = 100%% }
            """.formatted(server.getAddress().getPort(), RATE, SECONDS));
        var first =
                start("controller", file.toString(), "--agents", "5", "--listen", "127.0.0.1:0", "--folder", state());
        var invitation = invitation(first);
        int port = Integer.parseInt(invitation.get(1));
        try (var proxy = new CuttableProxy(port)) {
            var killed = agent(invitation.get(0), port, "killed");
            var stopped = agent(invitation.get(0), port, "stopped");
            var going = agent(invitation.get(0), port, "going");
            agent(invitation.get(0), proxy.port(), "cut");
            agent(invitation.get(0), port, "unharmed");
            until(2);
            killed.destroyForcibly();
            signal(stopped, "STOP");
            until(5);
            signal(stopped, "CONT");
            proxy.cut();
            until(9);
            proxy.heal();
            first.destroyForcibly().waitFor();
            var second = start(
                    "controller",
                    file.toString(),
                    "--agents",
                    "5",
                    "--listen",
                    "127.0.0.1:" + port,
                    "--folder",
                    state());
            until(13);
            going.destroy();
            check(second);
            assertThat(going.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void check(Process controller) throws Exception {
        var said = new LinkedBlockingQueue<String>();
        try (BufferedReader lines = controller.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(said::add);
        }
        long all = (long) RATE * SECONDS;
        long missing = sum(said, MISSING);
        long unaccounted = sum(said, UNACCOUNTED);
        long counted = sum(said, COUNTED);
        said.forEach(System.out::println);
        System.out.printf(
                "%d arrivals = %d counted + %d missing + %d unaccounted; the server saw %d%n",
                all, counted, missing, unaccounted, served.get());
        assertThat(counted + missing + unaccounted).isEqualTo(all);
        assertThat(served.get()).isBetween(counted, all);
        // What nobody counted but the server saw was sent by agents that did not come to say so.
        assertThat(served.get() - counted).isLessThanOrEqualTo(missing + unaccounted);
        assertThat(said).anyMatch(line -> line.contains("killed") && line.contains("was lost"));
    }

    private static long sum(Iterable<String> lines, Pattern pattern) {
        long sum = 0;
        for (String line : lines) {
            var matcher = pattern.matcher(line);
            while (matcher.find()) {
                for (int group = 1; group <= matcher.groupCount(); group++) {
                    sum += Long.parseLong(matcher.group(group).replace(",", ""));
                }
            }
        }
        return sum;
    }

    /// So long after the first request.
    private void until(int seconds) throws InterruptedException {
        while (served.get() == 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        beganNanos = beganNanos == 0 ? System.nanoTime() : beganNanos;
        TimeUnit.NANOSECONDS.sleep(beganNanos + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime());
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    private Process agent(String token, int port, String name) throws IOException {
        Path tokenFile = folder.resolve("token");
        Files.writeString(tokenFile, token);
        return start("agent", "127.0.0.1:" + port, "--token-file", tokenFile.toString(), "--name", name);
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ControllerMain.class.getName()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (arguments[0].equals("agent")) {
            builder.redirectOutput(folder.resolve(arguments[5] + ".log").toFile());
        }
        var process = builder.start();
        processes.add(process);
        return process;
    }

    private static List<String> invitation(Process controller) throws IOException {
        var lines = controller.inputReader(StandardCharsets.UTF_8);
        String token = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("TOKEN=")) {
                token = line.replaceAll(".*TOKEN=(\\S+).*", "$1");
            }
            if (line.contains("THIS-HOST:")) {
                return List.of(token, line.replaceAll(".*THIS-HOST:([0-9]+).*", "$1"));
            }
        }
        throw new IOException("the controller did not say how to join");
    }
}
