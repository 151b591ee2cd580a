package io.flywheel.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// One signed request on a connection of its own, sent and read piece by piece.
final class RawRequest implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final RootCredentials CREDENTIALS = new RootCredentials("key", "secret-of-the-test");

    private final Socket socket = new Socket();

    /// Sends the head. The receive buffer is small, so that the server cannot be rid of a large answer at once.
    RawRequest(URI endpoint, String method, String path, String... headers) throws IOException {
        socket.setReceiveBufferSize(64 << 10);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()), TIMEOUT_MILLIS);
        String host = endpoint.getHost() + ":" + endpoint.getPort();
        String target = PresignedPath.of(method, host, path, CREDENTIALS, "us-east-1", Instant.now());
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        send(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The whole answer to a request without a body.
    static String ask(URI endpoint, String method, String path) throws IOException {
        try (var request = new RawRequest(endpoint, method, path, "Connection: close", "Content-Length: 0")) {
            return new String(request.rest(), StandardCharsets.ISO_8859_1);
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /// Reads a head to its end, and nothing after it.
    String head() throws IOException {
        InputStream in = socket.getInputStream();
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /// Reads what comes until the server closes the connection.
    byte[] rest() throws IOException {
        return socket.getInputStream().readAllBytes();
    }

    /// The same, but a connection that is reset has ended too.
    byte[] restUntilCut() {
        var rest = new ByteArrayOutputStream();
        try {
            byte[] piece = new byte[8192];
            for (int read = socket.getInputStream().read(piece);
                    read > 0;
                    read = socket.getInputStream().read(piece)) {
                rest.write(piece, 0, read);
            }
        } catch (IOException e) {
            // Cut off.
        }
        return rest.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
