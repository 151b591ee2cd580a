package io.flywheel.loadtest.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLServerSocket;

/// The controller's sockets: two virtual threads for each agent, one that reads and one that writes. What agents say
/// comes as frames into one queue; who says more than is taken from it waits.
final class Connections implements AutoCloseable {
    /// A frame of an agent.
    record Heard(String agent, byte[] frame) {}

    private static final int HEARD_MAX = 4_096;
    private static final int ORDERS_MAX = 32;
    private static final int CONNECTIONS_MAX = FleetOptions.AGENTS_MAX * 2;
    private static final int HANDSHAKES_MAX = 128;
    private static final int BACKLOG = 1_024;
    private static final Duration HELLO_TIMEOUT = Duration.ofSeconds(15);
    private static final int HEARD_BYTES_MAX = 128 << 20;
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(30);

    private final Handshake.Offer offer;
    private final JoinToken token;
    private final Consumer<String> log;
    private final SSLServerSocket server;
    private final Semaphore handshakes = new Semaphore(HANDSHAKES_MAX);
    private final Semaphore heardBytes = new Semaphore(HEARD_BYTES_MAX);
    private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(HEARD_MAX);
    private final Map<String, FrameWriter> orders = new ConcurrentHashMap<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// @param log gets a line when somebody cannot join
    Connections(Handshake.Offer offer, ControllerIdentity identity, InetSocketAddress address, Consumer<String> log)
            throws IOException {
        this.offer = offer;
        this.token = identity.token();
        this.log = log;
        this.server = (SSLServerSocket)
                identity.serverContext().getServerSocketFactory().createServerSocket();
        server.setEnabledProtocols(ControllerIdentity.PROTOCOLS);
        server.setReuseAddress(true);
        server.bind(address, BACKLOG);
        Thread.ofPlatform().name("accept").daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (sockets.size() >= CONNECTIONS_MAX) {
                    socket.close();
                    continue;
                }
                sockets.add(socket);
                if (server.isClosed()) {
                    // It may not have been among those that were closed with it.
                    socket.close();
                    return;
                }
                Thread.ofVirtual().name("agent").start(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    log.accept("a connection could not be accepted: " + e.getMessage());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket socket) {
        String agent = "";
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) HANDSHAKE_TIMEOUT.toMillis());
            Frames frames;
            var stranger = Thread.ofVirtual().name("stranger").start(() -> endLater(socket));
            try {
                frames = new Frames(socket);
                agent = Handshake.hearHello(frames, token);
            } finally {
                stranger.interrupt();
            }
            handshakes.acquire();
            try {
                Handshake.sayWelcome(frames, offer);
                if (Handshake.hearWanted(frames)) {
                    Handshake.sendFiles(frames, offer.files());
                }
            } finally {
                handshakes.release();
            }
            // A beat comes many times in this.
            socket.setSoTimeout((int) offer.options().abandon().toMillis());
            talk(agent, frames);
        } catch (IOException e) {
            if (agent.isEmpty() && !server.isClosed()) {
                log.accept("refused " + socket.getRemoteSocketAddress() + ": " + e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(socket);
        }
    }

    /// Who does not say the secret soon makes room for others.
    private static void endLater(Socket socket) {
        try {
            TimeUnit.NANOSECONDS.sleep(HELLO_TIMEOUT.toNanos());
            socket.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // It is gone either way.
            return;
        }
    }

    private void talk(String agent, Frames frames) throws IOException, InterruptedException {
        var mine = new FrameWriter(frames, ORDERS_MAX);
        orders.put(agent, mine);
        try {
            while (true) {
                byte[] frame = frames.read(Frames.FRAME_BYTES_MAX);
                // Whole histograms are large: who says much waits.
                heardBytes.acquire(frame.length);
                heard.put(new Heard(agent, frame));
            }
        } finally {
            orders.remove(agent, mine);
            mine.close();
        }
    }

    /// What has come; waits for the first for at most so long.
    List<Heard> take(Duration wait) throws InterruptedException {
        var all = new ArrayList<Heard>();
        Heard one = heard.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (one != null) {
            all.add(one);
            heard.drainTo(all, HEARD_MAX);
            heardBytes.release(
                    all.stream().mapToInt(each -> each.frame().length).sum());
        }
        return all;
    }

    /// Sends an order, if the agent is connected. An order says everything: of too many the oldest is left out.
    void send(String agent, byte[] order) {
        var writer = orders.get(agent);
        if (writer != null) {
            writer.offerLatest(order);
        }
    }

    /// Whether no agent is connected.
    boolean isEmpty() {
        return orders.isEmpty();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
