package io.flywheel.loadtest.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A server that answers with whatever bytes a test gives it.
public final class ScriptedServer implements AutoCloseable {
    /// What is done with a request. It may throw: the connection is closed.
    @FunctionalInterface
    public interface Script {
        /// @param head the request's head, with its empty line
        /// @return whether the connection stays open
        boolean answer(String head, InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket socket;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();

    public ScriptedServer(Script script) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    public ScriptedServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    /// Always the same bytes; the connection stays open.
    public static ScriptedServer saying(String answer) throws IOException {
        return new ScriptedServer((head, in, out) -> {
            out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            return true;
        });
    }

    /// Always the same bytes, then the end.
    public static ScriptedServer sayingLast(String answer) throws IOException {
        return new ScriptedServer((head, in, out) -> {
            out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            return false;
        });
    }

    public int port() {
        return socket.getLocalPort();
    }

    /// How many connections were made.
    public int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket accepted = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(accepted));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket accepted) {
        try (accepted) {
            var in = new BufferedInputStream(accepted.getInputStream());
            OutputStream out = accepted.getOutputStream();
            for (var head = head(in); head.isPresent(); head = head(in)) {
                boolean goesOn = script.answer(head.get(), in, out);
                out.flush();
                if (!goesOn) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private static Optional<String> head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return Optional.empty();
            }
            head.append((char) b);
        }
        return Optional.of(head.toString());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
