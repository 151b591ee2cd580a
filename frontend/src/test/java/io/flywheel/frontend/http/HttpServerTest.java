package io.flywheel.frontend.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpServerTest {
    private static final String HOST = "Host: localhost\r\n";

    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void shouldServeRequestsInOrderOnOneConnection() throws Exception {
        try (var client = server.connect()) {
            client.send("GET /a?x=%20 HTTP/1.1\r\n" + HOST + "\r\nGET /3 HTTP/1.1\r\n" + HOST
                    + "\r\nGET /stream/70000 HTTP/1.1\r\n" + HOST + "\r\nPUT /p HTTP/1.1\r\n" + HOST
                    + "Content-Length: 5\r\n\r\nhelloGET /last HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.answer().body()).isEqualTo("/a|x=%20|localhost");
            assertThat(client.answer().body()).isEqualTo("xxx");
            assertThat(client.answer().body()).hasSize(70000);
            assertThat(client.answer().body()).isEqualTo("hello");
            assertThat(client.answer().body()).startsWith("/last");
        }
    }

    @Test
    void shouldDeclareDateServerAndRequestId() throws Exception {
        var answer = server.exchange("GET /5 HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(answer.head())
                .containsPattern("\r\ndate: [a-z]{3}, \\d\\d [a-z]{3} \\d{4} \\d\\d:\\d\\d:\\d\\d gmt\r\n")
                .contains("\r\nserver: flywheel\r\n")
                .containsPattern("\r\nx-amz-request-id: [0-9a-f]{16}\r\n")
                .contains("\r\ncontent-length: 5\r\n")
                .doesNotContain("connection:");
    }

    @Test
    void shouldSendNoBodyToHead() throws Exception {
        try (var client = server.connect()) {
            client.send("HEAD /5 HTTP/1.1\r\n" + HOST + "\r\nHEAD /stream/100 HTTP/1.1\r\n" + HOST
                    + "\r\nGET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.head()).contains("Content-Length: 5\r\n");
            assertThat(client.head()).contains("Content-Length: 100\r\n");
            assertThat(client.answer().body()).isEqualTo("x");
        }
    }

    @Test
    void shouldServeEverySplitOfARequest() throws Exception {
        String request = "PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello";
        for (int at = 1; at < request.length(); at++) {
            try (var client = server.connect()) {
                client.send(request.substring(0, at)).send(request.substring(at));
                assertThat(client.answer().body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void shouldUnchunkABody() throws Exception {
        try (var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n"
                    + "3;ext=\"1\"\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\nGET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.answer().body()).isEqualTo("hello");
            assertThat(client.answer().body()).isEqualTo("x");
        }
    }

    @Test
    void shouldSendAChunkedResponseWhenTheLengthIsUnknown() throws Exception {
        try (var client = server.connect()) {
            client.send("GET /unknown/200000 HTTP/1.1\r\n" + HOST + "\r\nGET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(client.answer().body()).hasSize(200000);
            assertThat(client.answer().body()).isEqualTo("x");
        }
    }

    @Test
    void shouldContinueOnlyWhenTheBodyIsAccepted() throws Exception {
        try (var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100 Continue");
            assertThat(client.send("hello").answer().body()).isEqualTo("hello");
            client.send("PUT /refuse HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            var refused = client.answer();
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.head()).contains("connection: close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldSkipAShortBodyThatNobodyReadAndCloseAfterALongOne() throws Exception {
        try (var client = server.connect()) {
            client.send("PUT /refuse HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhelloGET /1 HTTP/1.1\r\n" + HOST
                    + "\r\n");
            assertThat(client.answer().status()).isEqualTo(403);
            assertThat(client.answer().body()).isEqualTo("x");
            client.send("PUT /refuse HTTP/1.1\r\n" + HOST + "Content-Length: 50000000\r\n\r\nhello");
            assertThat(client.answer().head()).contains("connection: close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldTakeALargeBody() throws Exception {
        try (var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 20000000\r\n\r\n");
            client.send(new byte[20_000_000]);
            assertThat(client.answer().body()).isEqualTo("20000000 bytes");
        }
    }

    @Test
    void shouldStreamALargeBody() throws Exception {
        var answer = server.exchange("GET /stream/20000000 HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(answer.body()).hasSize(20_000_000);
    }

    @Test
    void shouldAnswerAClientThatHasShutItsOutput() throws Exception {
        try (var client = server.connect()) {
            client.send("GET /stream/3000000 HTTP/1.1\r\n" + HOST + "\r\n").shutdownOutput();
            assertThat(client.answer().body()).hasSize(3_000_000);
            assertThat(client.rest()).isEmpty();
        }
    }

    @Test
    void shouldTellTheServiceWhenTheClientLeavesInTheMiddleOfItsBody() throws Exception {
        var seen = new CompletableFuture<String>();
        try (var own = new TestServer(
                TestServer.options(),
                exchange -> Thread.ofVirtual().start(() -> {
                    seen.complete(TestServer.drain(exchange.body()));
                    exchange.respond(TestServer.text(400, "gone"));
                }))) {
            try (var client = own.connect()) {
                client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 50\r\n\r\nhello");
            }
            assertThat(seen.get()).isEqualTo("aborted: CLOSED");
        }
    }

    /// Answers on the event loop, once the body has ended.
    private static void onLoop(Exchange exchange) {
        exchange.acceptBody();
        exchange.body().whenEnded(() -> exchange.respond(TestServer.text(200, TestServer.drain(exchange.body()))));
    }

    @Test
    void shouldRunAnActionOnTheLoopOnceABodyHasArrived() throws Exception {
        String request = "PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello";
        try (var own = new TestServer(TestServer.options(), HttpServerTest::onLoop)) {
            for (int at = 1; at < request.length(); at++) {
                try (var client = own.connect()) {
                    client.send(request.substring(0, at)).send(request.substring(at) + request);
                    assertThat(client.answer().body()).isEqualTo("hello");
                    assertThat(client.answer().body()).isEqualTo("hello");
                }
            }
            try (var client = own.connect()) {
                client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n");
                assertThat(client.answer().body()).isEmpty();
            }
        }
    }

    @Test
    void shouldRunAnActionOnTheLoopWhenTheClientLeavesInTheMiddleOfItsBody() throws Exception {
        var seen = new CompletableFuture<String>();
        try (var own = new TestServer(TestServer.options(), exchange -> {
            exchange.acceptBody();
            exchange.body().whenEnded(() -> seen.complete(TestServer.drain(exchange.body())));
        })) {
            try (var client = own.connect()) {
                client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 50\r\n\r\nhello");
            }
            assertThat(seen.get()).isEqualTo("aborted: CLOSED");
        }
    }

    @Test
    void shouldCutTheConnectionWhenABodyEndsEarly() throws Exception {
        try (var client = server.connect()) {
            client.send("GET /short/100000 HTTP/1.1\r\n" + HOST + "\r\nGET /1 HTTP/1.1\r\n" + HOST + "\r\n");
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldAnswer500WhenTheServiceThrows() throws Exception {
        var answer = server.exchange("GET /crash HTTP/1.1\r\n" + HOST + "\r\n");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("<Code>InternalError</Code>");
    }

    @Test
    void shouldCloseAfterTheResponseWhenTheClientAsksForItOrSpeaksHttp10() throws Exception {
        for (String request :
                new String[] {"GET /1 HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n", "GET /1 HTTP/1.0\r\n\r\n"}) {
            try (var client = server.connect()) {
                client.send(request);
                assertThat(client.answer().head()).contains("connection: close");
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Test
    void shouldFinishRequestsInFlightAtShutdown() throws Exception {
        var started = new CountDownLatch(1);
        var release = new CompletableFuture<String>();
        var own = new TestServer(
                TestServer.options(),
                exchange -> Thread.ofVirtual().start(() -> {
                    started.countDown();
                    exchange.respond(TestServer.text(200, release.join()));
                }));
        try (var client = own.connect();
                var idle = own.connect()) {
            client.send("GET /slow HTTP/1.1\r\n" + HOST + "\r\n");
            started.await();
            var stopping = CompletableFuture.supplyAsync(() -> own.server().shutdown(Duration.ofSeconds(30)));
            assertThat(idle.rest()).isEmpty();
            assertThat(stopping.isDone()).isFalse();
            release.complete("done");
            var answer = client.answer();
            assertThat(answer.body()).isEqualTo("done");
            assertThat(answer.head()).contains("connection: close");
            assertThat(stopping.get()).isTrue();
        }
    }

    @Test
    void shouldCutWhatIsNotFinishedWithinTheShutdownsBound() throws Exception {
        var started = new CountDownLatch(1);
        var own = new TestServer(TestServer.options(), exchange -> started.countDown());
        try (var client = own.connect()) {
            client.send("GET /never HTTP/1.1\r\n" + HOST + "\r\n");
            started.await();
            assertThat(own.server().shutdown(Duration.ofMillis(1))).isFalse();
            assertThat(client.rest()).isEmpty();
            assertThat(own.logged()).isEqualTo(new TestServer.Logged("/never", 0, 0, 0, false));
        }
    }

    @Test
    void shouldSayThatThePortIsTaken() {
        var taken = HttpServer.start(
                HttpOptions.on(server.server().address()), exchange -> {}, ErrorRenderer.plain(), AccessLog.NONE);
        assertThat(taken)
                .isInstanceOfSatisfying(
                        HttpServer.Start.Failed.class,
                        failed -> assertThat(failed.reason())
                                .contains(
                                        "cannot listen on",
                                        "" + server.server().address().getPort(),
                                        "another server"));
    }

    @Test
    void shouldLogEveryRequestOnce() throws Exception {
        try (var own = new TestServer();
                var client = own.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
            client.answer();
            assertThat(own.logged()).isEqualTo(new TestServer.Logged("/p", 200, 5, 5, true));
            client.send("bad\r\n\r\n");
            client.answer();
            assertThat(own.logged().status()).isEqualTo(400);
            assertThat(own.log).isEmpty();
        }
    }
}
