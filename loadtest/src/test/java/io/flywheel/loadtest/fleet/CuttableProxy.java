package io.flywheel.loadtest.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// A way to a server that can be cut: then nothing comes through, and nobody is told. What was on its way comes when it
/// is healed.
final class CuttableProxy implements AutoCloseable {
    private final ServerSocket server;
    private final InetSocketAddress to;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile CountDownLatch whole = new CountDownLatch(0);

    CuttableProxy(int port) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void cut() {
        whole = new CountDownLatch(1);
    }

    void heal() {
        whole.countDown();
    }

    private void accept() {
        try {
            while (true) {
                var agent = server.accept();
                sockets.add(agent);
                Thread.ofVirtual().start(() -> serve(agent));
            }
        } catch (IOException e) {
            // Closed.
            return;
        }
    }

    private void serve(Socket agent) {
        try (agent;
                var controller = new Socket()) {
            sockets.add(controller);
            controller.connect(to);
            var back = Thread.ofVirtual().start(() -> copy(controller, agent));
            copy(agent, controller);
            end(controller);
            back.join();
        } catch (IOException e) {
            // The one behind is not there: the connection is closed.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(agent);
        }
    }

    /// Ends the copying from it as well.
    private static void end(Socket socket) throws IOException {
        socket.close();
    }

    private void copy(Socket from, Socket into) {
        try (InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream()) {
            byte[] bytes = new byte[8_192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                whole.await();
                out.write(bytes, 0, read);
            }
        } catch (IOException e) {
            // One side has gone; closing tells the other.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        heal();
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
