package io.flywheel.loadtest.http;

import static io.flywheel.loadtest.http.HttpClientTest.HELLO;
import static io.flywheel.loadtest.http.HttpClientTest.client;
import static io.flywheel.loadtest.http.HttpClientTest.failure;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.loadtest.http.HttpClientTest.Answer;
import io.flywheel.loadtest.http.HttpClientTest.Plain;
import io.flywheel.loadtest.http.HttpClientTest.Whole;
import io.flywheel.loadtest.http.HttpFailure.Reason;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which connection a request gets, and what it keeps.
@Timeout(30)
final class HttpConnectionsTest {
    /// A request that is sent where an answer is told goes to the connection which that answer came from.
    @Test
    void shouldNotTakeSurplusBytesForTheAnswerOfTheNextInAChain() throws Exception {
        try (var server = ScriptedServer.saying(HELLO + HELLO.replace("hello", "wrong"));
                var client = client(server.port())) {
            var bodies = new ArrayList<String>();
            CompletableFuture<Answer> chain = client.send(Plain.get(), new Whole());
            for (int i = 0; i < 4; i++) {
                chain = chain.thenCompose(answer -> {
                    bodies.add(answer.body());
                    return client.send(Plain.get(), new Whole());
                });
            }
            bodies.add(chain.get().body());
            assertThat(bodies).containsExactly("hello", "hello", "hello", "hello", "hello");
        }
    }

    /// A server that ends while it has a request failed it, also where an earlier one on the connection was answered.
    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "POST"})
    void shouldNotHideThatAServerEndsAConnectionInsteadOfAnswering(String method) throws Exception {
        var requests = new AtomicInteger();
        try (var server = new ScriptedServer((head, in, out) -> {
                    if (requests.incrementAndGet() == 2) {
                        return false;
                    }
                    out.write(HELLO.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server.port())) {
            var request = new Plain(method, Payload.EMPTY, false);
            assertThat(client.send(request, new Whole()).get().body()).isEqualTo("hello");
            assertThat(failure(client.send(request, new Whole()))).isIn(Reason.CLOSED, Reason.RESET);
            assertThat(client.send(request, new Whole()).get().body()).isEqualTo("hello");
            assertThat(requests).hasValue(3);
        }
    }

    /// The connection is closed when its next request is sent, which the loop cannot have heard: it is kept.
    @Test
    void shouldNotUseAConnectionThatWasClosedWithoutAWord() throws Exception {
        var closed = new Semaphore(0);
        try (var server = new ScriptedServer((head, in, out) -> {
                    out.write(HELLO.getBytes(ISO_8859_1));
                    out.close();
                    closed.release();
                    return false;
                });
                var client = client(server.port())) {
            CompletableFuture<Answer> chain = client.send(Plain.get(), new Whole());
            for (int i = 0; i < 9; i++) {
                chain = chain.thenCompose(_ -> {
                    closed.acquireUninterruptibly();
                    return client.send(new Plain("POST", Payload.EMPTY, false), new Whole());
                });
            }
            assertThat(chain.get().body()).isEqualTo("hello");
            assertThat(server.connections()).isEqualTo(10);
        }
    }

    @Test
    void shouldNotSendWhatWasCancelledWhileItWaited() throws Exception {
        var requests = new AtomicInteger();
        var gate = new Semaphore(0);
        try (var server = new ScriptedServer((head, in, out) -> {
                    requests.incrementAndGet();
                    gate.acquireUninterruptibly();
                    out.write(HELLO.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server.port(), 1)) {
            var first = client.send(Plain.get(), new Whole());
            var second = client.send(Plain.get(), new Whole());
            // Told on the loop, after the connection was promised to the second and before that is sent.
            var cancelled = first.thenApply(_ -> second.cancel(false));
            gate.release(2);
            assertThat(cancelled.get()).isTrue();
            assertThat(client.send(Plain.get(), new Whole()).get().body()).isEqualTo("hello");
            assertThat(requests).hasValue(2);
        }
    }

    @Test
    void shouldFailWithAnErrorThatMakingTheRequestThrows() throws Exception {
        var scarce = new Request() {
            @Override
            public void writeHead(AsciiBuffer into) {
                into.text("PUT /x HTTP/1.1\r\n").field("Host", "localhost").field("Content-Length", "5");
                into.crlf();
            }

            @Override
            public Payload payload() {
                return new Payload() {
                    @Override
                    public long lengthBytes() {
                        return 5;
                    }

                    @Override
                    public void rewind() {}

                    @Override
                    public void write(ByteBuffer into) {
                        throw new OutOfMemoryError("none left");
                    }
                };
            }

            @Override
            public boolean isHead() {
                return false;
            }
        };
        try (var server = ScriptedServer.saying(HELLO);
                var client = client(server.port())) {
            assertThatThrownBy(() -> client.send(scarce, new Whole()).get()).hasCauseInstanceOf(OutOfMemoryError.class);
        }
    }

    /// Netty tells on a thread of its own that there could be no channel.
    @Test
    void shouldHearOnItsLoopThatThereIsNoFileHandle() throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (HttpClient client = client(1)) {
            Bootstrap bootstrap = new Bootstrap()
                    .channelFactory(() -> {
                        throw new ChannelException(new IOException("Too many open files"));
                    })
                    .handler(new ChannelInboundHandlerAdapter());
            var loop = group.next();
            var pool = new LoopPool(loop, client, bootstrap, 4);
            var exchange = new Exchange<>(Plain.get(), new Whole(), pool);
            var onLoop = exchange.handle((_, _) -> loop.inEventLoop());
            loop.execute(() -> pool.submit(exchange));
            assertThat(onLoop.get()).isTrue();
            assertThat(failure(exchange)).isEqualTo(Reason.CONNECT);
        } finally {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /// A hundred thousand connections keep it.
    @Test
    void shouldNotKeepWhatABodyNeeded() {
        var parser = new AnswerParser(new AnswerParser.Events() {
            @Override
            public void onContinue() {}

            @Override
            public void onHead(AnswerHead head) {}

            @Override
            public void onData(ByteBuffer bytes) {}

            @Override
            public void onEnd() {}
        });
        parser.expect(false);
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n";
        parser.read(Unpooled.wrappedBuffer((head + "x".repeat(200_000)).getBytes(ISO_8859_1)));
        assertThat(parser.keptBytes()).isLessThanOrEqualTo(AnswerParser.STEP_BYTES);
    }
}
