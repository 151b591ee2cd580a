package io.flywheel.loadtest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.http.HttpFailure.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpClientTest {
    static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Name: value\r\n\r\nhello";

    /// A GET, a HEAD or a PUT of some bytes.
    record Plain(String method, Payload payload, boolean expectsContinue) implements Request {
        static Plain get() {
            return new Plain("GET", Payload.EMPTY, false);
        }

        @Override
        public void writeHead(AsciiBuffer into) {
            into.text(method + " /x HTTP/1.1\r\n").field("Host", "localhost");
            if (payload.lengthBytes() > 0) {
                into.field("Content-Length", Long.toString(payload.lengthBytes()));
            }
            if (expectsContinue) {
                into.field("Expect", "100-continue");
            }
            into.crlf();
        }

        @Override
        public boolean isHead() {
            return method.equals("HEAD");
        }
    }

    record Answer(int status, String name, String body) {}

    /// Keeps the whole answer.
    static final class Whole implements Receiver<Answer> {
        private int status;
        private String name = "";
        private final StringBuilder body = new StringBuilder();

        @Override
        public void head(AnswerHead head) {
            status = head.status();
            name = head.field("x-name").orElse("");
        }

        @Override
        public void data(ByteBuffer bytes) {
            byte[] piece = new byte[bytes.remaining()];
            bytes.get(piece);
            body.append(new String(piece, ISO_8859_1));
        }

        @Override
        public Answer end() {
            return new Answer(status, name, body.toString());
        }
    }

    static HttpClient client(int port) {
        return client(port, 4);
    }

    static HttpClient client(int port, int connections) {
        return new HttpClient(
                new Endpoint("127.0.0.1", port, false, ""),
                ClientOptions.defaults()
                        .withThreads(1)
                        .withConnectionsMax(connections)
                        .withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(20)));
    }

    private static Answer ask(ScriptedServer server, Request request) throws Exception {
        try (HttpClient client = client(server.port())) {
            return client.send(request, new Whole()).get();
        }
    }

    static Reason failure(CompletableFuture<?> call) throws InterruptedException {
        try {
            throw new AssertionError("answered " + call.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpFailure failure) {
                return failure.reason();
            }
            throw new AssertionError(e.getCause());
        }
    }

    private static Reason failure(ScriptedServer server) throws InterruptedException {
        try (HttpClient client = client(server.port())) {
            return failure(client.send(Plain.get(), new Whole()));
        }
    }

    @Test
    void shouldReadAnAnswerAndUseTheConnectionAgain() throws Exception {
        try (var server = ScriptedServer.saying(HELLO);
                var client = client(server.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Plain.get(), new Whole()).get()).isEqualTo(new Answer(200, "value", "hello"));
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    /// However an answer is cut into segments, it reads the same.
    @Test
    void shouldReadAnAnswerThatComesByteByByte() throws Exception {
        String answer = String.join(
                "\r\n",
                "HTTP/1.1 100 Continue",
                "",
                "HTTP/1.1 200 OK",
                "x-name:\t value ",
                "Transfer-Encoding: chunked",
                "",
                "3;a=b",
                "hel",
                "02",
                "lo",
                "0",
                "Trailer: x",
                "",
                "");
        try (var server = new ScriptedServer((head, in, out) -> {
            for (byte b : answer.getBytes(ISO_8859_1)) {
                out.write(b);
                out.flush();
            }
            return true;
        })) {
            assertThat(ask(server, Plain.get())).isEqualTo(new Answer(200, "value", "hello"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
                "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            })
    void shouldReadAnswersWithoutABody(String answer) throws Exception {
        try (var server = ScriptedServer.saying(answer)) {
            assertThat(ask(server, Plain.get()).body()).isEmpty();
        }
    }

    @Test
    void shouldNotWaitForTheBodyOfAHead() throws Exception {
        try (var server = ScriptedServer.saying("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-Name: n\r\n\r\n")) {
            assertThat(ask(server, new Plain("HEAD", Payload.EMPTY, false))).isEqualTo(new Answer(200, "n", ""));
        }
    }

    @Test
    void shouldReadUpToTheEndWhereNoLengthIsSaid() throws Exception {
        try (var server = ScriptedServer.sayingLast("HTTP/1.0 200 OK\r\n\r\nhello")) {
            assertThat(ask(server, Plain.get()).body()).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            })
    void shouldSayThatAnAnswerWasBrokenOff(String answer) throws Exception {
        try (var server = ScriptedServer.sayingLast(answer)) {
            assertThat(failure(server)).isEqualTo(Reason.CLOSED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 101 Switching\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nName : x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            })
    void shouldRefuseWhatIsNotHttp(String answer) throws Exception {
        try (var server = ScriptedServer.saying(answer)) {
            assertThat(failure(server)).isEqualTo(Reason.PROTOCOL);
        }
    }

    @Test
    void shouldBoundWhatAnAnswerMayHave() throws Exception {
        String start = "HTTP/1.1 200 OK\r\n";
        for (String answer : List.of(
                start + "A: " + "x".repeat(AnswerParser.HEAD_BYTES_MAX),
                start + "A: b\r\n".repeat(AnswerParser.FIELDS_MAX + 1) + "\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n".repeat(AnswerParser.INTERIM_ANSWERS_MAX + 1),
                start + "Transfer-Encoding: chunked\r\n\r\n1;" + "x".repeat(AnswerParser.CHUNK_LINE_BYTES_MAX))) {
            try (var server = ScriptedServer.saying(answer)) {
                assertThat(failure(server)).isEqualTo(Reason.PROTOCOL);
            }
        }
    }

    @Test
    void shouldNotTakeSurplusBytesForTheNextAnswer() throws Exception {
        try (var server = ScriptedServer.saying(HELLO + HELLO.replace("hello", "wrong"));
                var client = client(server.port())) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(Plain.get(), new Whole()).get().body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void shouldSayWhyThereIsNoConnection() throws Exception {
        int port;
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        try (HttpClient client = client(port)) {
            assertThat(failure(client.send(Plain.get(), new Whole()))).isEqualTo(Reason.REFUSED);
        }
    }

    @Test
    void shouldGiveUpWhenNothingMoves() throws Exception {
        var gate = new Semaphore(0);
        try (var server = new ScriptedServer((head, in, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe".getBytes(ISO_8859_1));
                    out.flush();
                    gate.acquireUninterruptibly();
                    return false;
                });
                var client = new HttpClient(
                        new Endpoint("127.0.0.1", server.port(), false, ""),
                        ClientOptions.defaults().withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(150)))) {
            assertThat(failure(client.send(Plain.get(), new Whole()))).isEqualTo(Reason.TIMEOUT);
            gate.release();
        }
    }

    @Test
    void shouldOpenNoMoreConnectionsThanItMay() throws Exception {
        var gate = new Semaphore(0);
        try (var server = new ScriptedServer((head, in, out) -> {
                    gate.acquireUninterruptibly();
                    out.write(HELLO.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server.port(), 2)) {
            var calls = new ArrayList<CompletableFuture<Answer>>();
            for (int i = 0; i < 20; i++) {
                calls.add(client.send(Plain.get(), new Whole()));
            }
            gate.release(20);
            for (var call : calls) {
                assertThat(call.get().body()).isEqualTo("hello");
            }
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    /// 40 MiB through a socket whose reader is slow: the payload is asked only for what the socket takes.
    @Test
    void shouldAskForNoMoreOfAPayloadThanTheSocketTakes() throws Exception {
        var gate = new Semaphore(0);
        var payload = new Zeros(40 << 20);
        try (var server = new ScriptedServer((head, in, out) -> {
                    gate.acquireUninterruptibly();
                    in.skipNBytes(payload.lengthBytes());
                    out.write(HELLO.getBytes(ISO_8859_1));
                    return true;
                });
                var client = client(server.port())) {
            var call = client.send(new Plain("PUT", payload, false), new Whole());
            assertThat(payload.begun.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            assertThat(payload.written.get()).isLessThan(30 << 20);
            gate.release();
            assertThat(call.get().body()).isEqualTo("hello");
            assertThat(payload.written.get()).isEqualTo(40 << 20);
        }
    }

    private static final class Zeros implements Payload {
        private final long length;
        private final Semaphore begun = new Semaphore(0);
        private final AtomicLong written = new AtomicLong();

        Zeros(long length) {
            this.length = length;
        }

        @Override
        public long lengthBytes() {
            return length;
        }

        @Override
        public void rewind() {
            written.set(0);
        }

        @Override
        public void write(ByteBuffer into) {
            int count = (int) Math.min(into.remaining(), length - written.get());
            into.put(new byte[count]);
            written.addAndGet(count);
            begun.release();
        }
    }

    @Test
    void shouldSendThePayloadWhenTheServerWantsIt() throws Exception {
        var payload = Payload.of("12345".getBytes(ISO_8859_1));
        try (var server = new ScriptedServer((head, in, out) -> {
            assertThat(head).contains("Expect: 100-continue");
            assertThat(in.available()).isZero();
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
            String got = new String(in.readNBytes(5), ISO_8859_1);
            out.write(HELLO.replace("hello", got).getBytes(ISO_8859_1));
            return true;
        })) {
            assertThat(ask(server, new Plain("PUT", payload, true)).body()).isEqualTo("12345");
        }
    }

    @Test
    void shouldNotSendThePayloadThatIsRefused() throws Exception {
        try (var server = new ScriptedServer((head, in, out) -> {
                    out.write("HTTP/1.1 412 No\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
                    out.flush();
                    assertThat(in.read()).isEqualTo(-1);
                    return false;
                });
                var client = client(server.port())) {
            var request = new Plain("PUT", Payload.of(new byte[5]), true);
            assertThat(client.send(request, new Whole()).get().status()).isEqualTo(412);
        }
    }

    @Test
    void shouldCloseTheConnectionOfACallThatIsCancelled() throws Exception {
        var came = new CompletableFuture<String>();
        var ended = new CompletableFuture<Integer>();
        try (var server = new ScriptedServer((head, in, out) -> {
                    came.complete(head);
                    ended.complete(closed(in));
                    return false;
                });
                var client = client(server.port())) {
            var call = client.send(Plain.get(), new Whole());
            assertThat(came.get()).startsWith("GET /x");
            assertThat(call.cancel(true)).isTrue();
            assertThat(ended.get()).isEqualTo(-1);
        }
    }

    /// -1 when the client has closed its end, in whatever way.
    private static int closed(java.io.InputStream in) {
        try {
            return in.read();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void shouldFailWithWhatTheReceiverThrows() throws Exception {
        try (var server = ScriptedServer.saying(HELLO);
                var client = client(server.port())) {
            var call = client.send(Plain.get(), new Receiver<String>() {
                @Override
                public void head(AnswerHead head) {}

                @Override
                public void data(ByteBuffer bytes) {
                    throw new IllegalArgumentException("not what I wanted");
                }

                @Override
                public String end() {
                    return "";
                }
            });
            assertThat(call)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withMessageContaining("wanted");
            assertThat(client.send(Plain.get(), new Whole()).get().body()).isEqualTo("hello");
        }
    }
}
