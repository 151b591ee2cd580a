package io.flywheel.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// The training run behind the AOT cache: the server, on a scratch disk, sends itself one request of each common kind,
/// so that the classes they need are in the cache, and is then stopped.
final class Training {
    /// Set by the script `./flywheel` alone.
    static final String VARIABLE = "FLYWHEEL_TRAINING";

    private final InetSocketAddress server;
    private final String host;
    private final String region;
    private final RootCredentials credentials;

    Training(InetSocketAddress server, String region, RootCredentials credentials) {
        this.server = server;
        this.host = new ListenAddress("127.0.0.1", server.getPort()).toString();
        this.region = region;
        this.credentials = credentials;
    }

    void run() throws IOException {
        byte[] nothing = {};
        byte[] large = new byte[1 << 20];
        ask("PUT", "/training", nothing);
        ask("PUT", "/training/small", "hello".getBytes(StandardCharsets.UTF_8));
        ask("PUT", "/training/large", large);
        ask("HEAD", "/training/small", nothing);
        ask("GET", "/training/small", nothing);
        ask("GET", "/training/large", nothing);
        ask("GET", "/training", nothing, "list-type=2");
        ask("GET", "/", nothing);
        ask("GET", "/training/none", nothing);
        ask("POST", "/training/parts", nothing, "uploads=");
        ask("DELETE", "/training/small", nothing);
        ask("DELETE", "/training/large", nothing);
        ask("DELETE", "/training", nothing);
        ask("GET", "/-/health/ready", nothing);
        ask("GET", "/-/metrics", nothing);
    }

    private void ask(String method, String path, byte[] body, String... query) throws IOException {
        String target = PresignedPath.of(method, host, path, credentials, region, Instant.now(), query);
        String head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        try (var socket = new Socket(server.getAddress(), server.getPort())) {
            var output = socket.getOutputStream();
            output.write(head.getBytes(StandardCharsets.ISO_8859_1));
            output.write(body);
            output.flush();
            socket.getInputStream().readAllBytes();
        }
    }
}
