package io.flywheel.frontend.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A streamed body whose pieces the event loop takes by itself.
@Timeout(60)
class PumpTest {
    private static final String REQUEST = "GET /pumped HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int LENGTH = 9_000_000;
    private static final int PIECE = 70_000;

    private final byte[] body = body();
    private final AtomicInteger polled = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();

    private static byte[] body() {
        byte[] body = new byte[LENGTH];
        for (int at = 0; at < LENGTH; at++) {
            body[at] = (byte) ('a' + at % 23);
        }
        return body;
    }

    /// The body in pieces; nothing is at hand before every seventh.
    private final class Pieces implements ResponseStream.Source {
        private int at;

        @Override
        public Optional<ResponseStream.Piece> poll() {
            return at / PIECE % 7 == 6 ? Optional.empty() : next();
        }

        Optional<ResponseStream.Piece> next() {
            if (at == LENGTH) {
                return Optional.empty();
            }
            var bytes = ByteBuffer.wrap(body, at, Math.min(PIECE, LENGTH - at)).slice();
            at += bytes.remaining();
            polled.incrementAndGet();
            return Optional.of(new ResponseStream.Piece(bytes, released::incrementAndGet));
        }
    }

    private void pumped(Exchange exchange) {
        var stream = exchange.stream(200, Headers.EMPTY, LENGTH);
        var pieces = new Pieces();
        for (var piece = pieces.next(); piece.isPresent(); piece = pieces.next()) {
            if (!stream.write(piece.get().data(), piece.get().release()) || !stream.pump(pieces)) {
                return;
            }
        }
        stream.finish();
    }

    private TestServer server(Service service) {
        return new TestServer(
                TestServer.options(), exchange -> Thread.ofVirtual().start(() -> service.handle(exchange)));
    }

    @Test
    void shouldSendEveryPieceOnceAndInOrder() throws Exception {
        try (var server = server(this::pumped);
                var client = server.connect()) {
            for (int request = 0; request < 3; request++) {
                client.send(REQUEST);
                assertThat(client.answer().body().equals(new String(body, StandardCharsets.ISO_8859_1)))
                        .isTrue();
                assertThat(server.logged()).isEqualTo(new TestServer.Logged("/pumped", 200, 0, LENGTH, true));
            }
            assertThat(released.get()).isEqualTo(polled.get());
        }
    }

    @Test
    void shouldServeRequestsThatCameBehindEachOther() throws Exception {
        try (var server = server(this::pumped);
                var client = server.connect()) {
            client.send(REQUEST + REQUEST + REQUEST);
            for (int request = 0; request < 3; request++) {
                assertThat(client.answer().body()).hasSize(LENGTH);
            }
        }
    }

    @Test
    void shouldReleaseEveryPieceWhenTheClientLeaves() throws Exception {
        var outcome = new CompletableFuture<Boolean>();
        Service endless = exchange -> {
            var stream = exchange.stream(200, Headers.EMPTY, Long.MAX_VALUE);
            outcome.complete(stream.pump(() -> {
                polled.incrementAndGet();
                return Optional.of(
                        new ResponseStream.Piece(ByteBuffer.allocateDirect(PIECE), released::incrementAndGet));
            }));
        };
        try (var server = server(endless)) {
            try (var client = server.connect()) {
                client.send(REQUEST);
                client.head();
                client.read(3 * PIECE);
            }
            assertThat(outcome.get()).isFalse();
            assertThat(server.logged().complete()).isFalse();
            awaitRelease();
        }
    }

    /// The event loop drops what it has not sent when the connection is closed.
    private void awaitRelease() {
        while (released.get() < polled.get()) {
            Thread.onSpinWait();
        }
        assertThat(released.get()).isEqualTo(polled.get());
    }

    @Test
    void shouldHoldOnePieceForAClientThatDoesNotTakeIt() throws Exception {
        Service endless = exchange -> {
            var stream = exchange.stream(200, Headers.EMPTY, Long.MAX_VALUE);
            stream.pump(() -> {
                polled.incrementAndGet();
                return Optional.of(
                        new ResponseStream.Piece(ByteBuffer.allocateDirect(PIECE), released::incrementAndGet));
            });
        };
        try (var server = server(endless)) {
            try (var client = server.connect()) {
                client.send(REQUEST);
                client.head();
                while (polled.get() < 2) {
                    Thread.onSpinWait();
                }
                assertThat(polled.get() - released.get()).isLessThanOrEqualTo(2);
            }
            awaitRelease();
        }
    }

    @Test
    void shouldCutTheConnectionWhenTheSourceFails() throws Exception {
        var failure = new CompletableFuture<Throwable>();
        Service broken = exchange -> {
            var stream = exchange.stream(200, Headers.EMPTY, LENGTH);
            stream.write(ByteBuffer.allocate(PIECE), released::incrementAndGet);
            try {
                stream.pump(() -> {
                    throw new IllegalArgumentException("broken");
                });
            } catch (IllegalStateException e) {
                failure.complete(e);
                stream.abort();
            }
        };
        try (var server = server(broken);
                var client = server.connect()) {
            client.send(REQUEST);
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class);
            assertThat(failure.get()).hasRootCauseMessage("broken");
            assertThat(released.get()).isEqualTo(1);
        }
    }

    @Test
    void shouldCutTheConnectionWhenTheSourceGivesTooMuch() throws Exception {
        var failure = new CompletableFuture<Throwable>();
        Service tooMuch = exchange -> {
            var stream = exchange.stream(200, Headers.EMPTY, PIECE + 1);
            try {
                stream.pump(() ->
                        Optional.of(new ResponseStream.Piece(ByteBuffer.allocate(PIECE), released::incrementAndGet)));
            } catch (IllegalStateException e) {
                failure.complete(e);
                stream.abort();
            }
        };
        try (var server = server(tooMuch);
                var client = server.connect()) {
            client.send(REQUEST);
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class);
            assertThat(failure.get()).hasRootCauseMessage("the body is longer than its declared 70001 bytes");
        }
    }
}
