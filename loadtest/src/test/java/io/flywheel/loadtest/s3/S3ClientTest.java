package io.flywheel.loadtest.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.ScriptedServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a service answers, and what is made of it.
@Timeout(30)
final class S3ClientTest {
    private static final int OBJECT_BYTES = 100_000;
    private static final Content CONTENT = new Content(7);
    private static final long IDENTITY = CONTENT.identity("key");

    /// Keeps what it hears.
    private static final class Heard implements Traffic {
        private final List<String> requestIds = new ArrayList<>();
        private long bytes;

        @Override
        public void requestId(String id) {
            requestIds.add(id);
        }

        @Override
        public void received(long count) {
            bytes += count;
        }
    }

    private static S3Client client(ScriptedServer server) {
        var signer = new Signer(new Credentials("access", "secret", ""), "us-east-1", new SystemClock());
        var target = new S3Target(new Endpoint("127.0.0.1", server.port(), false, ""), false, Optional.of(signer));
        return new S3Client(target, CONTENT, ClientOptions.defaults().withThreads(1));
    }

    private static byte[] object(int from, int bytes) {
        ByteBuffer content = ByteBuffer.allocate(bytes);
        CONTENT.write(IDENTITY, from, content, bytes);
        return content.array();
    }

    private static ScriptedServer serving(String status, byte[] body) throws IOException {
        return new ScriptedServer((head, in, out) -> {
            out.write(
                    ("HTTP/1.1 " + status + "\r\nx-amz-request-id: r42\r\nContent-Length: " + body.length + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            out.write(body);
            return true;
        });
    }

    private static TransactionFailed failure(CompletableFuture<?> call) throws InterruptedException {
        try {
            throw new AssertionError("answered " + call.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TransactionFailed failure) {
                return failure;
            }
            throw new AssertionError(e.getCause());
        }
    }

    private static TransactionFailed readFailure(UnaryOperator<byte[]> change, Heard heard) throws Exception {
        try (var server = serving("200 OK", change.apply(object(0, OBJECT_BYTES)));
                var client = client(server)) {
            var expected = new S3Client.Expected(IDENTITY, 0, OBJECT_BYTES, false);
            return failure(client.read(client.request("GET", "bucket", "a/key"), expected, heard));
        }
    }

    private static TransactionFailed failure(String status, String body) throws Exception {
        try (var server = serving(status, body.getBytes(ISO_8859_1));
                var client = client(server)) {
            return failure(client.send(client.request("GET", "bucket", "key"), Traffic.IGNORED));
        }
    }

    @Test
    void shouldReadAnObjectAndARangeOfIt() throws Exception {
        var heard = new Heard();
        try (var server = serving("200 OK", object(0, OBJECT_BYTES));
                var client = client(server)) {
            var expected = new S3Client.Expected(IDENTITY, 0, OBJECT_BYTES, false);
            assertThat(client.read(client.request("GET", "bucket", "key"), expected, heard)
                            .get())
                    .isEqualTo(OBJECT_BYTES);
        }
        try (var server = serving("206 Partial Content", object(4_090, 10));
                var client = client(server)) {
            var expected = new S3Client.Expected(IDENTITY, 4_090, 10, true);
            assertThat(client.read(client.request("GET", "bucket", "key"), expected, heard)
                            .get())
                    .isEqualTo(10);
        }
        assertThat(heard.bytes).isEqualTo(OBJECT_BYTES + 10);
    }

    @Test
    void shouldNameBucketKeyOffsetAndRequestWhereAByteIsWrong() throws Exception {
        var heard = new Heard();
        var failure = readFailure(
                bytes -> {
                    bytes[54_321] ^= 4;
                    return bytes;
                },
                heard);
        assertThat(failure.kind()).isEqualTo("wrong content");
        assertThat(failure).hasMessage("bucket bucket, key a/key: a wrong byte at offset 54321 (request r42)");
        assertThat(heard.requestIds).containsExactly("r42");
    }

    @Test
    void shouldCallAnObjectOfAnotherLengthWrong() throws Exception {
        var shorter = readFailure(bytes -> java.util.Arrays.copyOf(bytes, OBJECT_BYTES - 5), new Heard());
        assertThat(shorter.kind()).isEqualTo("wrong content");
        assertThat(shorter).hasMessageContaining("at offset " + (OBJECT_BYTES - 5));
        var longer = readFailure(bytes -> java.util.Arrays.copyOf(bytes, OBJECT_BYTES + 1), new Heard());
        assertThat(longer.kind()).isEqualTo("wrong content");
        assertThat(longer).hasMessageContaining("at offset " + OBJECT_BYTES);
    }

    @Test
    void shouldCallAWholeObjectInPlaceOfARangeAFailure() throws Exception {
        try (var server = serving("200 OK", object(0, 100));
                var client = client(server)) {
            var expected = new S3Client.Expected(IDENTITY, 0, 100, true);
            var failure = failure(client.read(client.request("GET", "bucket", "key"), expected, Traffic.IGNORED));
            assertThat(failure.kind()).isEqualTo("s3 200");
        }
    }

    @Test
    void shouldCountFailuresByStatusAndCode() throws Exception {
        String slowDown = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Less.</Message></Error>";
        var failure = failure("503 Service Unavailable", slowDown);
        assertThat(failure.kind()).isEqualTo("s3 503 SlowDown");
        assertThat(failure).hasMessage("GET /bucket/key: 503 SlowDown Less. (request r42)");
        assertThat(failure("502 Bad Gateway", "<html><p>oops</html>").kind()).isEqualTo("s3 502");
        assertThat(failure("404 Not Found", "").kind()).isEqualTo("s3 404");
    }

    /// CompleteMultipartUpload and CopyObject answer 200 before they know.
    @Test
    void shouldSeeAnErrorInAnAnswerOfSuccess() throws Exception {
        assertThat(failure("200 OK", "<Error><Code>InternalError</Code></Error>")
                        .kind())
                .isEqualTo("s3 200 InternalError");
        assertThat(failure("200 OK", "<List><Key>a</List>").kind()).isEqualTo("s3 200 Unreadable");
    }

    @Test
    void shouldTakeARefusalThatWasAskedFor() throws Exception {
        try (var server = serving("412 Precondition Failed", "<Error><Code>X</Code></Error>".getBytes(ISO_8859_1));
                var client = client(server)) {
            assertThat(client.sendExpecting(412, client.request("PUT", "bucket", "key"), Traffic.IGNORED)
                            .get()
                            .status())
                    .isEqualTo(412);
        }
    }

    @Test
    void shouldNotReadADocumentWithoutEnd() throws Exception {
        var sent = new AtomicInteger();
        try (var server = new ScriptedServer((head, in, out) -> {
                    out.write("HTTP/1.1 200 OK\r\n\r\n<List>".getBytes(ISO_8859_1));
                    var piece = new byte[1 << 16];
                    while (true) {
                        out.write(piece);
                        sent.incrementAndGet();
                    }
                });
                var client = client(server)) {
            var failure = failure(client.send(client.request("GET", "bucket", ""), Traffic.IGNORED));
            assertThat(failure.kind()).isEqualTo("s3 200 Unreadable");
        }
        assertThat(sent.get()).isPositive();
    }
}
