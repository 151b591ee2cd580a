package io.flywheel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Where responses end, however they are cut up on their way.
class ResponseReaderTest {
    private static final String RESPONSES = """
        HTTP/1.1 200 OK\r
        Content-Length: 5\r
        \r
        helloHTTP/1.1 204 No Content\r
        x: y\r
        \r
        HTTP/1.1 200 OK\r
        Transfer-Encoding: chunked\r
        \r
        4\r
        Wiki\r
        1a\r
        abcdefghijklmnopqrstuvwxyz\r
        0\r
        \r
        HTTP/1.1 100 Continue\r
        \r
        HTTP/1.1 200 OK\r
        content-length: 0\r
        \r
        HTTP/1.1 404 Not Found\r
        content-length: 8\r
        \r
        <Error/>HTTP/1.1 200 OK\r
        transfer-encoding: chunked\r
        \r
        1\r
        x\r
        0\r
        trailer: t\r
        \r
        """;

    @Test
    void shouldFindTheEndOfEveryResponseHoweverTheBytesArrive() {
        for (int piece = 1; piece <= RESPONSES.length(); piece++) {
            var reader = new ResponseReader();
            List<String> seen = new ArrayList<>();
            for (int at = 0; at < RESPONSES.length(); at += piece) {
                ByteBuf bytes = bytes(RESPONSES.substring(at, Math.min(RESPONSES.length(), at + piece)));
                while (bytes.isReadable()) {
                    if (reader.read(bytes)) {
                        seen.add(reader.status() + " " + reader.bodyBytes());
                    }
                }
            }
            assertThat(seen)
                    .as("in pieces of %s", piece)
                    .containsExactly("200 5", "204 0", "200 30", "200 0", "404 8", "200 1");
        }
    }

    @Test
    void shouldKeepTheBeginningOfAnError() {
        var reader = new ResponseReader();
        ByteBuf bytes = bytes("HTTP/1.1 503 Slow\r\nContent-Length: 9\r\n\r\n<Error/>\n");
        assertThat(reader.read(bytes)).isTrue();
        assertThat(reader.status()).isEqualTo(503);
        assertThat(reader.failure()).startsWith("HTTP/1.1 503").contains("<Error/>");
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
