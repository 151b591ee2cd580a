package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process while requests are in flight: it is told to stop, or its disk has no room for what they bring.
final class StopTest {
    private static final Map<String, String> CREDENTIALS =
            Map.of("FLYWHEEL_ROOT_ACCESS_KEY", "key", "FLYWHEEL_ROOT_SECRET_KEY", "secret-of-the-test");
    private static final byte[] LARGE = random(24 << 20);
    private static final byte[] UPLOAD = random(1 << 20);

    @TempDir
    Path folder = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void begin() {
        data = folder.resolve("data");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /// @param configuration lines of the configuration file
    private ServerChild serve(String... configuration) throws IOException {
        Path file = folder.resolve("flywheel.conf");
        Files.write(file, List.of(configuration));
        return ServerChild.start(
                folder,
                CREDENTIALS,
                new ArrayList<>(
                        List.of("server", "--address", "127.0.0.1:0", "--config", file.toString(), data.toString())));
    }

    private static void put(URI endpoint, String path, byte[] body) throws IOException {
        try (var request = new RawRequest(endpoint, "PUT", path, "Content-Length: " + body.length)) {
            request.send(body);
            assertThat(request.head()).startsWith("HTTP/1.1 200 ");
        }
    }

    private static byte[] get(URI endpoint, String path) throws IOException {
        try (var request = new RawRequest(endpoint, "GET", path, "Connection: close")) {
            assertThat(request.head()).startsWith("HTTP/1.1 200 ");
            return request.rest();
        }
    }

    /// An upload of which the first half has arrived: the server has asked for the body.
    private static RawRequest halfSent(URI endpoint, String path) throws IOException {
        var upload = new RawRequest(endpoint, "PUT", path, "Content-Length: " + UPLOAD.length, "Expect: 100-continue");
        assertThat(upload.head()).startsWith("HTTP/1.1 100 ");
        upload.send(Arrays.copyOf(UPLOAD, UPLOAD.length / 2));
        return upload;
    }

    @Test
    void shouldFinishWhatIsInFlightWhenItIsToldToStop() throws IOException {
        try (var server = serve()) {
            var endpoint = URI.create(server.endpoint());
            put(endpoint, "/bucket", new byte[0]);
            put(endpoint, "/bucket/large", LARGE);
            try (var upload = halfSent(endpoint, "/bucket/upload");
                    var download = new RawRequest(endpoint, "GET", "/bucket/large")) {
                assertThat(download.head()).startsWith("HTTP/1.1 200 ").contains("" + LARGE.length);
                server.terminate();
                awaitRefusal(endpoint);
                assertThat(server.isAlive()).isTrue();
                upload.send(Arrays.copyOfRange(UPLOAD, UPLOAD.length / 2, UPLOAD.length));
                assertThat(upload.head()).startsWith("HTTP/1.1 200 ");
                assertThat(download.rest()).isEqualTo(LARGE);
            }
            assertThat(server.exitCode()).as(server.error()).isZero();
            assertThat(server.error()).doesNotContain("cut off").contains("stopped");
        }
        try (var server = serve()) {
            var endpoint = URI.create(server.endpoint());
            assertThat(get(endpoint, "/bucket/upload")).isEqualTo(UPLOAD);
        }
    }

    @Test
    void shouldCutOffWhoNeverFinishesAndLeaveNothingHalf() throws IOException {
        try (var server = serve("shutdown.grace = 1 second")) {
            var endpoint = URI.create(server.endpoint());
            put(endpoint, "/bucket", new byte[0]);
            put(endpoint, "/bucket/large", LARGE);
            try (var upload = halfSent(endpoint, "/bucket/upload");
                    var download = new RawRequest(endpoint, "GET", "/bucket/large")) {
                assertThat(download.head()).startsWith("HTTP/1.1 200 ");
                server.terminate();
                assertThat(server.exitCode()).as(server.error()).isZero();
                assertThat(server.error()).contains("were cut off");
                // Whoever is cut off is told nothing that looks like an end.
                assertThat(new String(upload.restUntilCut(), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain("HTTP/1.1 200");
                assertThat(download.restUntilCut().length).isLessThan(LARGE.length);
            }
        }
        try (var server = serve()) {
            var endpoint = URI.create(server.endpoint());
            assertThat(RawRequest.ask(endpoint, "GET", "/bucket/upload")).contains("NoSuchKey");
            assertThat(RawRequest.ask(endpoint, "GET", "/bucket"))
                    .contains("<Key>large</Key>")
                    .doesNotContain("<Key>upload</Key>");
            assertThat(get(endpoint, "/bucket/large")).isEqualTo(LARGE);
        }
    }

    /// Nothing listens any more.
    private static void awaitRefusal(URI endpoint) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ServerChild.SECONDS_MAX);
        while (System.nanoTime() < deadline) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()), 1000);
            } catch (ConnectException e) {
                return;
            }
            LockSupport.parkNanos(10_000_000);
        }
        throw new AssertionError("it still takes connections");
    }

    /// The disk has space; the watermark leaves none of it for new bytes.
    @Test
    void shouldRefuseUploadsBeforeTheirBodyWhenTheDiskIsAtItsWatermark() throws IOException {
        FileStore disk = Files.getFileStore(folder);
        long percent = disk.getUsableSpace() * 100 / disk.getTotalSpace() + 2;
        assumeThat(percent)
                .as("a watermark above the %% of this disk that is free")
                .isLessThanOrEqualTo(50);
        long tooLarge = 4L << 30;
        String length = "Content-Length: " + tooLarge;
        try (var server = serve()) {
            var endpoint = URI.create(server.endpoint());
            put(endpoint, "/bucket", new byte[0]);
            put(endpoint, "/bucket/kept", UPLOAD);
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        try (var server = serve("disk.watermark = " + percent + "%")) {
            var endpoint = URI.create(server.endpoint());
            try (var upload = new RawRequest(endpoint, "PUT", "/bucket/new", length, "Expect: 100-continue")) {
                assertThat(upload.head()).startsWith("HTTP/1.1 507 ");
            }
            assertThat(get(endpoint, "/bucket/kept")).isEqualTo(UPLOAD);
            assertThat(RawRequest.ask(endpoint, "DELETE", "/bucket/kept")).startsWith("HTTP/1.1 204 ");
            assertThat(RawRequest.ask(endpoint, "GET", "/bucket/kept")).contains("NoSuchKey");
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        assumeThat(disk.getUsableSpace()).isGreaterThan(tooLarge * 2);
        try (var server = serve();
                var upload = new RawRequest(
                        URI.create(server.endpoint()), "PUT", "/bucket/new", length, "Expect: 100-continue")) {
            assertThat(upload.head()).startsWith("HTTP/1.1 100 ");
        }
    }
}
