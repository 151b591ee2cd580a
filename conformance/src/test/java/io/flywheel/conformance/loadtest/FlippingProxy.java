package io.flywheel.conformance.loadtest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/// Passes on everything between clients and a server, but for one byte in the midst of a large answer.
final class FlippingProxy implements AutoCloseable {
    private static final int PIECE_BYTES = 64 * 1024;

    /// In a piece of this size without a head in it the middle is within a body.
    private static final int FLIPPED_BYTES_MIN = 8 * 1024;

    private final ServerSocket listening;
    private final URI server;
    private final AtomicBoolean flipped = new AtomicBoolean();

    FlippingProxy(URI server) throws IOException {
        this.server = server;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    boolean hasFlipped() {
        return flipped.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                Thread.ofVirtual().start(() -> pass(client, upstream, false));
                Thread.ofVirtual().start(() -> pass(upstream, client, true));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void pass(Socket from, Socket to, boolean flips) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var piece = new byte[PIECE_BYTES];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                if (flips
                        && count >= FLIPPED_BYTES_MIN
                        && !hasHead(piece, count)
                        && flipped.compareAndSet(false, true)) {
                    piece[count / 2] ^= 1;
                }
                out.write(piece, 0, count);
            }
        } catch (IOException e) {
            // One of them has gone; so goes the other.
        }
    }

    private static boolean hasHead(byte[] piece, int count) {
        return new String(piece, 0, count, StandardCharsets.ISO_8859_1).contains("HTTP/1.1");
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
