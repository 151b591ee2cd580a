package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// One controller, a process of its own, and many agents in this one, over TLS: `-Dfleet.agents=1000`. Says what the
/// controller needed. The agents speak and keep to their duty as real ones do; their transactions are simulated.
@EnabledIfSystemProperty(named = "fleet.agents", matches = "[0-9]+")
final class FleetScaleTest {
    private static final Duration WAKE = Duration.ofMillis(50);
    private static final Duration REPORT = Duration.ofSeconds(1);
    private static final int SECONDS = 30;
    private static final int RATE = 5_000;

    @TempDir
    private Path folder = Path.of(".");

    private final LongAdder started = new LongAdder();
    private final AtomicInteger reconnects = new AtomicInteger();

    @Test
    void shouldCountForManyAgents() throws Exception {
        int count = Integer.getInteger("fleet.agents");
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://127.0.0.1:1"
            pack = http
            http { requests { get { path = "/" } } }
            load { rate = %d/s, duration = %ds, arrivals = constant }
            generator { lag = 1h, cpu = 100%%, pause = 1h, pauses = 100%% }
            """.formatted(RATE, SECONDS));
        var controller = start(file, count);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var invitation = invitation(controller);
            var token = JoinToken.parse(invitation.get(0));
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(invitation.get(1)));
            var run = RunFile.read(file, Pack.builtIn());
            var plan = run.plan(run.weights(List.of("get")));
            List<SimulatedAgent> agents = new ArrayList<>();
            var ended = new ArrayList<Future<?>>();
            for (int i = 0; i < count; i++) {
                var agent = new SimulatedAgent(
                        "a" + i, FleetOptions.of(count), plan, (_, _) -> started.increment(), REPORT, 1, 0);
                agents.add(agent);
                ended.add(threads.submit(() -> {
                    takePart(agent, token, address);
                    return null;
                }));
            }
            threads.submit(() -> say(controller)).get();
            for (var each : ended) {
                await(each);
            }
            var spread =
                    agents.stream().mapToLong(agent -> agent.startedAtTrueNanos).summaryStatistics();
            System.out.printf(
                    "started within %.3f ms of each other, known to %.3f ms; %d arrivals started, %d reconnects%n",
                    (spread.getMax() - spread.getMin()) / 1e6,
                    agents.stream()
                                    .mapToLong(agent -> agent.participation.skewNanosMax())
                                    .max()
                                    .orElseThrow()
                            / 1e6,
                    started.sum(),
                    reconnects.get());
            assertThat(controller.waitFor()).isZero();
        } finally {
            controller.destroyForcibly();
        }
        assertThat(started.sum()).isEqualTo((long) RATE * SECONDS);
    }

    private static void await(Future<?> agent) throws InterruptedException {
        try {
            agent.get();
        } catch (ExecutionException e) {
            System.out.println(e.getCause());
        }
    }

    private Process start(Path file, int agents) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControllerMain.class.getName(),
                        "controller",
                        file.toString(),
                        "--agents",
                        Integer.toString(agents),
                        "--listen",
                        "127.0.0.1:0",
                        "--folder",
                        folder.resolve("controller").toString())
                .redirectErrorStream(true)
                .start();
    }

    private static List<String> invitation(Process controller) throws IOException {
        var lines = controller.inputReader(StandardCharsets.UTF_8);
        String token = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(line);
            if (line.contains("TOKEN=")) {
                token = line.replaceAll(".*TOKEN=(\\S+).*", "$1");
            }
            if (line.contains("THIS-HOST:")) {
                return List.of(token, line.replaceAll(".*THIS-HOST:([0-9]+).*", "$1"));
            }
        }
        throw new IOException("the controller did not say how to join");
    }

    /// Shows what the controller says, and what it has used so far beside each line.
    private Void say(Process controller) throws IOException {
        BufferedReader lines = controller.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Path status = Path.of("/proc/" + controller.pid() + "/status");
            String memory = !Files.exists(status)
                    ? ""
                    : Files.readString(status).replaceAll("(?s).*VmHWM:\\s*(\\d+ kB).*", "$1");
            var cpu = controller.info().totalCpuDuration().orElse(Duration.ZERO);
            Path journal = folder.resolve("controller").resolve(Journal.FILE);
            long written = Files.exists(journal) ? Files.size(journal) : 0;
            System.out.println(line + "   [controller: " + cpu.toMillis() + " ms of CPU, " + memory + ", journal "
                    + written + " bytes]");
        }
        return null;
    }

    private void takePart(SimulatedAgent agent, JoinToken token, InetSocketAddress address) throws Exception {
        var orders = new LinkedBlockingQueue<byte[]>();
        var context = ControllerIdentity.clientContext(token);
        while (!agent.left) {
            try (var socket = context.getSocketFactory().createSocket()) {
                socket.connect(address, 30_000);
                socket.setTcpNoDelay(true);
                var frames = new Frames(socket);
                Handshake.sayHello(frames, token, agent.name);
                Handshake.hearWelcome(frames);
                Handshake.sayWanted(frames, false);
                var reader = Thread.ofVirtual().start(() -> read(frames, orders));
                talk(agent, frames, orders, reader);
            } catch (IOException e) {
                reconnects.incrementAndGet();
                agent.participation.disconnected();
                TimeUnit.MILLISECONDS.sleep(300);
            }
        }
    }

    private static void read(Frames frames, LinkedBlockingQueue<byte[]> orders) {
        try {
            while (true) {
                orders.add(frames.read(Frames.FRAME_BYTES_MAX));
            }
        } catch (IOException e) {
            frames.close();
        }
    }

    private static void talk(SimulatedAgent agent, Frames frames, LinkedBlockingQueue<byte[]> orders, Thread reader)
            throws IOException, InterruptedException {
        while (!agent.left) {
            byte[] bytes = orders.poll(WAKE.toNanos(), TimeUnit.NANOSECONDS);
            if (bytes != null) {
                agent.obey(
                        agent.participation.receive(FleetCodec.decodeOrder(bytes), System.nanoTime()),
                        System.nanoTime());
            }
            agent.work(System.nanoTime());
            var due = agent.participation.due(System.nanoTime());
            for (FromAgent message : due) {
                frames.write(FleetCodec.encode(message));
            }
            if (!due.isEmpty()) {
                frames.flush();
            }
            if (!reader.isAlive()) {
                throw new IOException("the connection ended");
            }
        }
    }
}
