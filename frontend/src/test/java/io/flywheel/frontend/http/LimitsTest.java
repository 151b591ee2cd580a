package io.flywheel.frontend.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every limit of time and memory, with bounds so small that no test waits for long.
@Timeout(60)
class LimitsTest {
    private static final String HOST = "Host: localhost\r\n";
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(40);

    private static HttpOptions options(
            Duration idle, Duration head, Duration rateWindow, int connectionsMax, int window, long inFlight) {
        var defaults = TestServer.options();
        return new HttpOptions(
                defaults.address(),
                Optional.empty(),
                1,
                defaults.headBytesMax(),
                defaults.requestLineBytesMax(),
                defaults.headerFieldsMax(),
                connectionsMax,
                idle,
                head,
                rateWindow,
                1 << 10,
                1 << 10,
                2048,
                window,
                window,
                inFlight,
                defaults.skipBytesMax(),
                Duration.ofMillis(100));
    }

    private static HttpOptions times(Duration idle, Duration head, Duration rateWindow) {
        return options(idle, head, rateWindow, 100, 64 << 10, 1 << 20);
    }

    @Test
    void shouldCloseAnIdleConnection() throws Exception {
        try (var server = new TestServer(times(SHORT, LONG, LONG), TestServer::echo);
                var client = server.connect()) {
            client.send("GET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.answer().body()).isEqualTo("x");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldRefuseAHeadThatTakesTooLong() throws Exception {
        try (var server = new TestServer(times(LONG, SHORT, LONG), TestServer::echo);
                var client = server.connect()) {
            client.send("GET /1 HTTP/1.1\r\n");
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldTellTheServiceOfAnUploadThatIsTooSlow() throws Exception {
        try (var server = new TestServer(times(LONG, LONG, SHORT), TestServer::echo);
                var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 100\r\n\r\nhello");
            var answer = client.answer();
            assertThat(answer.body()).isEqualTo("aborted: TOO_SLOW");
            assertThat(answer.head()).contains("connection: close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldNotBlameTheClientWhenTheServiceIsSlow() throws Exception {
        var release = new CountDownLatch(1);
        Service slow = exchange -> Thread.ofVirtual().start(() -> {
            exchange.acceptBody();
            join(release);
            exchange.respond(TestServer.text(200, TestServer.drain(exchange.body())));
        });
        try (var server = new TestServer(options(LONG, LONG, SHORT, 100, 2048, 1 << 20), slow);
                var idle = server.connect();
                var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 8000\r\n\r\n" + "x".repeat(8000));
            // An upload on a second connection ends after one window: by then the first has been paused that long.
            idle.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 100\r\n\r\nhello");
            release.countDown();
            assertThat(idle.answer().body()).isEqualTo("aborted: TOO_SLOW");
            assertThat(client.answer().body()).isEqualTo("8000 bytes");
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldCutAClientThatDoesNotTakeItsResponse() throws Exception {
        var outcome = new CompletableFuture<Boolean>();
        var released = new AtomicInteger();
        Service endless = exchange -> Thread.ofVirtual().start(() -> {
            var stream = exchange.stream(200, Headers.EMPTY, Long.MAX_VALUE);
            int written = 0;
            while (stream.write(ByteBuffer.allocate(32 << 10), released::incrementAndGet)) {
                written++;
            }
            outcome.complete(written >= 0);
        });
        try (var server = new TestServer(times(LONG, LONG, SHORT), endless);
                var client = server.connect()) {
            client.send("GET /endless HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(outcome.get()).isTrue();
            assertThat(server.logged().complete()).isFalse();
            assertThat(released.get()).isPositive();
        }
    }

    @Test
    void shouldBoundTheConnections() throws Exception {
        try (var server = new TestServer(options(LONG, LONG, LONG, 1, 64 << 10, 1 << 20), TestServer::echo);
                var first = server.connect()) {
            first.send("GET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(first.answer().body()).isEqualTo("x");
            assertThat(server.server().connections()).isEqualTo(1);
            try (var second = server.connect()) {
                assertThat(second.rest()).isEmpty();
            }
            first.send("GET /2 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(first.answer().body()).isEqualTo("xx");
        }
    }

    @Test
    void shouldBoundTheBodiesInFlight() throws Exception {
        var accepted = new CountDownLatch(1);
        Service service = exchange -> {
            if (!exchange.acceptBody()) {
                exchange.respond(TestServer.text(503, "SlowDown"));
                return;
            }
            Thread.ofVirtual().start(() -> {
                accepted.countDown();
                exchange.respond(TestServer.text(200, TestServer.drain(exchange.body())));
            });
        };
        try (var server = new TestServer(options(LONG, LONG, LONG, 100, 64 << 10, 64 << 10), service);
                var first = server.connect();
                var second = server.connect()) {
            first.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 65536\r\n\r\n");
            join(accepted);
            second.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
            assertThat(second.answer().body()).isEqualTo("SlowDown");
            first.send("x".repeat(65536));
            assertThat(first.answer().body()).isEqualTo("65536 bytes");
            second.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
            assertThat(second.answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void shouldHoldNoMoreThanTheWindowOfABody() throws Exception {
        var held = new CompletableFuture<Integer>();
        var full = new CompletableFuture<Boolean>();
        Service hoarder = exchange -> Thread.ofVirtual().start(() -> {
            int bytes = 0;
            var body = exchange.body();
            var hoard = new ArrayList<Runnable>();
            while (bytes < 16 << 10) {
                if (body.next() instanceof RequestBody.Next.Chunk chunk) {
                    bytes += chunk.data().remaining();
                    hoard.add(chunk.release());
                }
            }
            held.complete(bytes);
            // Nothing was released: the window is full, and nothing comes any more.
            full.complete(body.poll().isEmpty());
            hoard.forEach(Runnable::run);
            exchange.respond(TestServer.text(200, TestServer.drain(body)));
        });
        try (var server = new TestServer(options(LONG, LONG, LONG, 100, 16 << 10, 1 << 20), hoarder);
                var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 100000\r\n\r\n" + "x".repeat(100_000));
            assertThat(held.get()).isBetween(16 << 10, 20 << 10);
            assertThat(full.get()).isTrue();
            assertThat(client.answer().body()).endsWith(" bytes");
        }
    }
}
