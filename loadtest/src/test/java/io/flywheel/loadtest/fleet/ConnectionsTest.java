package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConnectionsTest {
    private static final int ROUNDS = 40;
    private static final int CALLERS = 3;
    private static final int PATIENCE_MILLIS = 10_000;

    @TempDir
    private Path folder = Path.of(".");

    /// An agent that dials again at once must not talk to a controller that is gone.
    @Test
    void shouldServeNobodyWhoComesWhileItCloses() throws Exception {
        Path run = Files.writeString(folder.resolve("run.conf"), "target = \"http://127.0.0.1\"");
        var identity = ControllerIdentity.in(folder);
        var offer = new Handshake.Offer(FleetOptions.of(1), "run", false, RunFiles.of(run));
        try (var threads = Executors.newFixedThreadPool(CALLERS)) {
            for (int round = 0; round < ROUNDS; round++) {
                var came = new ConcurrentLinkedQueue<Socket>();
                var dialling = new CountDownLatch(CALLERS);
                var connections = new Connections(offer, identity, address(0), _ -> {});
                int port = connections.port();
                var callers = new ArrayList<Future<?>>();
                for (int i = 0; i < CALLERS; i++) {
                    callers.add(threads.submit(() -> {
                        for (var socket = dial(port); socket.isPresent(); socket = dial(port)) {
                            came.add(socket.get());
                            dialling.countDown();
                        }
                    }));
                }
                dialling.await();
                connections.close();
                for (var caller : callers) {
                    caller.get();
                }
                for (Socket socket : came) {
                    assertThat(isEnded(socket)).as("round " + round).isTrue();
                }
            }
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static Optional<Socket> dial(int port) {
        var socket = new Socket();
        try {
            socket.connect(address(port));
            return Optional.of(socket);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isEnded(Socket socket) throws IOException {
        try (socket) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            // A connection that its listener never took may be told of its end only when it says something.
            socket.getOutputStream().write(1);
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            // Reset is an end too.
            return true;
        }
    }
}
