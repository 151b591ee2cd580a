package io.flywheel.frontend.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A server whose service shows what it was sent: {@code GET /length} answers that many bytes at once, {@code GET
/// /stream/length} streams them, {@code PUT} answers what its body came to, {@code PUT /refuse} answers 403 without
/// reading, {@code GET /crash} throws, and everything else answers the head.
final class TestServer implements AutoCloseable {
    /// What the access log heard.
    record Logged(String path, int status, long bytesIn, long bytesOut, boolean complete) {}

    final LinkedBlockingQueue<Logged> log = new LinkedBlockingQueue<>();
    private final HttpServer server;

    TestServer(HttpOptions options, Service service) {
        var accessLog = new AccessLog() {
            @Override
            public void record(RequestHead head, int status, long in, long out, long nanos, boolean complete) {
                log.add(new Logged(head.rawPath(), status, in, out, complete));
            }

            @Override
            public void refused(String id, InetSocketAddress remote, int status, String code, String message) {
                log.add(new Logged("refused: " + message, status, 0, 0, true));
            }
        };
        server = switch (HttpServer.start(options, service, ErrorRenderer.plain(), accessLog)) {
            case HttpServer.Start.Started(var started) -> started;
            case HttpServer.Start.Failed(var reason) -> throw new AssertionError(reason);
        };
    }

    TestServer() {
        this(options(), TestServer::echo);
    }

    static HttpOptions options() {
        return HttpOptions.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    HttpServer server() {
        return server;
    }

    RawClient connect() throws IOException {
        return new RawClient(server.address());
    }

    /// What one fresh connection gets for {@code request}.
    RawClient.Answer exchange(String request) throws IOException {
        try (var client = connect()) {
            return client.send(request).answer();
        }
    }

    Logged logged() throws InterruptedException {
        var entry = log.poll(20, TimeUnit.SECONDS);
        if (entry == null) {
            throw new AssertionError("nothing was logged");
        }
        return entry;
    }

    static void echo(Exchange exchange) {
        var head = exchange.head();
        var path = head.rawPath();
        if (head.method().equals("PUT")) {
            if (path.equals("/refuse")) {
                exchange.respond(text(403, "refused"));
            } else {
                Thread.ofVirtual().start(() -> exchange.respond(text(200, drain(exchange.body()))));
            }
        } else if (path.startsWith("/stream/")) {
            int length = Integer.parseInt(path.substring(8));
            Thread.ofVirtual().start(() -> stream(exchange, length, length));
        } else if (path.startsWith("/unknown/")) {
            int length = Integer.parseInt(path.substring(9));
            Thread.ofVirtual().start(() -> stream(exchange, length, -1));
        } else if (path.startsWith("/short/")) {
            int length = Integer.parseInt(path.substring(7));
            Thread.ofVirtual().start(() -> stream(exchange, length, length + 1));
        } else if (path.equals("/crash")) {
            throw new IllegalStateException("crash");
        } else if (path.matches("/[0-9]+")) {
            exchange.respond(text(200, "x".repeat(Integer.parseInt(path.substring(1)))));
        } else {
            exchange.respond(text(200, path + "|" + head.rawQuery() + "|" + head.host()));
        }
    }

    static Response text(int status, String text) {
        return Response.of(status, Headers.EMPTY, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String drain(RequestBody body) {
        var all = new ByteArrayOutputStream();
        while (true) {
            switch (body.next()) {
                case RequestBody.Next.Chunk(ByteBuffer data, Runnable release) -> {
                    byte[] bytes = new byte[data.remaining()];
                    data.get(bytes);
                    all.writeBytes(bytes);
                    release.run();
                }
                case RequestBody.Next.End() -> {
                    return all.size() <= 1000 ? all.toString(StandardCharsets.ISO_8859_1) : all.size() + " bytes";
                }
                case RequestBody.Next.Aborted(var reason) -> {
                    return "aborted: " + reason;
                }
            }
        }
    }

    private static void stream(Exchange exchange, int length, long declared) {
        var stream = exchange.stream(200, Headers.of("x-test", "1"), declared);
        byte[] piece = "y".repeat(64 << 10).getBytes(StandardCharsets.ISO_8859_1);
        for (int left = length; left > 0; left -= piece.length) {
            if (!stream.write(ByteBuffer.wrap(piece, 0, Math.min(left, piece.length)), () -> {})) {
                return;
            }
        }
        stream.finish();
    }

    @Override
    public void close() {
        server.shutdown(Duration.ofSeconds(5));
    }
}
