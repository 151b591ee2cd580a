package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class LogLinesTest {
    @Test
    void shouldWriteEveryLineInOrderAndAsJson() {
        var output = new ByteArrayOutputStream();
        var log = new LogLines(output);
        String nasty = "a \"quoted\" \\ path\n\tüber \u0000 \u2028 😀";
        log.offer(
                text -> new JsonLine(text).field("message", nasty).field("n", 1).end());
        log.offer(text -> new JsonLine(text).field("n", 2).end());
        log.close(Duration.ofSeconds(10));
        var lines = output.toString(StandardCharsets.UTF_8).split("\n", -1);
        assertThat(lines).hasSize(3);
        assertThat(new JsonMapper().readTree(lines[0]).get("message").asString())
                .isEqualTo(nasty);
        assertThat(new JsonMapper().readTree(lines[1]).get("n").asInt()).isEqualTo(2);
    }

    @Test
    void shouldDropLinesInsteadOfWaitingForASlowReaderAndSaySo() throws Exception {
        var open = new CountDownLatch(1);
        var output = new ByteArrayOutputStream();
        var slow = new OutputStream() {
            @Override
            public void write(int value) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes) {
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                output.writeBytes(bytes);
            }
        };
        var log = new LogLines(slow);
        int offered = 200_000;
        for (int line = 0; line < offered; line++) {
            log.offer(text -> text.append("line\n"));
        }
        open.countDown();
        log.close(Duration.ofSeconds(10));
        String written = output.toString(StandardCharsets.UTF_8);
        long lines = written.lines().filter(line -> line.equals("line")).count();
        assertThat(lines).isBetween(1L, 100_000L);
        long dropped = written.lines()
                .filter(line -> line.contains("dropped"))
                .mapToLong(line -> new JsonMapper().readTree(line).get("lines").asLong())
                .sum();
        assertThat(lines + dropped).isEqualTo(offered);
    }
}
