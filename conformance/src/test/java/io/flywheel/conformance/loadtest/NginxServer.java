package io.flywheel.conformance.loadtest;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// nginx of the system's package manager, with the configuration of the documentation's example. Where it is not
/// installed, tests that want it are skipped; with `FLYWHEEL_REQUIRE_CLIENTS=1` they fail.
final class NginxServer implements AutoCloseable {
    private static final Path CONFIGURATION = Path.of("..", "docs", "examples", "documents", "nginx.conf");
    private static final String PORT = ":8081";
    private static final Duration START_MAX = Duration.ofSeconds(30);

    private final Process process;
    private final int port;

    private NginxServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    private static Path program() {
        return Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    String missing = "nginx is not installed";
                    return "1".equals(System.getenv("FLYWHEEL_REQUIRE_CLIENTS")) ? fail(missing) : abort(missing);
                });
    }

    static NginxServer start(Path folder) throws IOException {
        Path program = program();
        Files.createDirectories(folder.resolve("www"));
        int port = freePort();
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(configuration, Files.readString(CONFIGURATION).replace(PORT, ":" + port));
        Path log = folder.resolve("nginx.log");
        var server = new NginxServer(
                new ProcessBuilder(program.toString(), "-p", folder.toString(), "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start(),
                port);
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return server;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !server.process.isAlive()) {
                    server.close();
                    throw new IOException("nginx did not start: " + Files.readString(log), e);
                }
                Thread.onSpinWait();
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
