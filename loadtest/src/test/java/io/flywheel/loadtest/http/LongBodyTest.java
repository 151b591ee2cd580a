package io.flywheel.loadtest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.http.HttpClientTest.Plain;
import io.flywheel.loadtest.http.HttpFailure.Reason;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bodies in whose middle the system waits for more before it wakes anybody.
@Timeout(60)
final class LongBodyTest {
    /// Counts the bytes of a body.
    private static final class Counted implements Receiver<Integer> {
        private final AtomicInteger bytes = new AtomicInteger();

        @Override
        public void head(AnswerHead head) {}

        @Override
        public void data(ByteBuffer piece) {
            bytes.addAndGet(piece.remaining());
        }

        @Override
        public Integer end() {
            return bytes.get();
        }
    }

    private static byte[] head(int length) {
        return ("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n").getBytes(ISO_8859_1);
    }

    @Test
    void shouldTellWhatCameBeforeItGivesUp() throws Exception {
        var gate = new Semaphore(0);
        int sent = (1 << 20) + 10;
        var requests = new AtomicInteger();
        try (var server = new ScriptedServer((head, in, out) -> {
                    out.write(head(8 << 20));
                    if (requests.incrementAndGet() == 1) {
                        out.write(new byte[8 << 20]);
                        return true;
                    }
                    out.write(new byte[sent]);
                    out.flush();
                    gate.acquireUninterruptibly();
                    return false;
                });
                var client = new HttpClient(
                        new Endpoint("127.0.0.1", server.port(), false, ""),
                        ClientOptions.defaults().withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(600)))) {
            assertThat(client.send(Plain.get(), new Counted()).get()).isEqualTo(8 << 20);
            var received = new Counted();
            assertThat(HttpClientTest.failure(client.send(Plain.get(), received)))
                    .isEqualTo(Reason.TIMEOUT);
            assertThat(received.bytes).hasValue(sent);
            gate.release();
        }
    }

    @Test
    void shouldReadToTheEndAndSeeWhereOneBreaksOff() throws Exception {
        int whole = (3 << 20) + 7;
        var requests = new AtomicInteger();
        try (var server = new ScriptedServer((head, in, out) -> {
                    boolean breaksOff = requests.incrementAndGet() == 4;
                    out.write(head(whole));
                    out.write(new byte[breaksOff ? whole / 2 : whole]);
                    return !breaksOff;
                });
                var client = HttpClientTest.client(server.port(), 1)) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(Plain.get(), new Counted()).get()).isEqualTo(whole);
            }
            var half = new Counted();
            assertThat(HttpClientTest.failure(client.send(Plain.get(), half))).isEqualTo(Reason.CLOSED);
            assertThat(half.bytes).hasValue(whole / 2);
            assertThat(client.send(Plain.get(), new Counted()).get()).isEqualTo(whole);
        }
    }
}
