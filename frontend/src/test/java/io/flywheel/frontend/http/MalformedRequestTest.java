package io.flywheel.frontend.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestTest {
    private static final String HOST = "Host: localhost\r\n";

    private final TestServer server = new TestServer();

    @AfterAll
    void stop() {
        server.close();
    }

    private void assertRefused(String request, int status) throws Exception {
        try (var client = server.connect()) {
            client.send(request + "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n");
            var answer = client.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.head()).contains("\r\nconnection: close\r\n", "\r\nx-amz-request-id: ");
            assertThat(answer.body()).contains("<Error><Code>", "<RequestId>");
            assertThat(client.rest()).as("what follows is not served").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%zz HTTP/1.1\r\n",
                "GET /%4 HTTP/1.1\r\n",
                "GET /% HTTP/1.1\r\n",
                "GET /a%00b HTTP/1.1\r\n",
                "GET /?x=%00 HTTP/1.1\r\n",
                "GET /a\u0000b HTTP/1.1\r\n",
                "GET /a\u0001b HTTP/1.1\r\n",
                "GET /a\tb HTTP/1.1\r\n",
                "GET /a\u007fb HTTP/1.1\r\n",
                "GET /\u00e9 HTTP/1.1\r\n",
                "GET /a b HTTP/1.1\r\n",
                "GET  / HTTP/1.1\r\n",
                "GET /  HTTP/1.1\r\n",
                "GET /#x HTTP/1.1\r\n",
                "GET x HTTP/1.1\r\n",
                "OPTIONS * HTTP/1.1\r\n",
                "CONNECT localhost:80 HTTP/1.1\r\n",
                "GET ftp://localhost/ HTTP/1.1\r\n",
                "GET http:///x HTTP/1.1\r\n",
                "GET /\r\n",
                "GET\r\n",
                "G@T / HTTP/1.1\r\n",
                " GET / HTTP/1.1\r\n",
                "GET / HTTP/1.1 \r\n",
                "GET / http/1.1\r\n",
                "GET / HTTP/11\r\n",
                "GET / HTTP/1.x\r\n",
            })
    void shouldRefuseAMalformedRequestLine(String line) throws Exception {
        assertRefused(line + HOST + "\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost\r\nHost: localhost\r\n",
                "X: y\r\n",
                "Host:\r\n",
                "Host: a b\r\n",
                "Host: a,b\r\n",
                "Host: a/b\r\n",
                "Host: a@b\r\n",
                "Host: a:x\r\n",
                "Host: a:123456\r\n",
                "Host: [::1\r\n",
                "Host: localhost\r\n folded\r\n",
                "Host: localhost\r\nX: a\r\n\tfolded\r\n",
                "Host: localhost\r\nX : a\r\n",
                "Host: localhost\r\nX y: a\r\n",
                "Host: localhost\r\n: a\r\n",
                "Host: localhost\r\nX\r\n",
                "Host: localhost\r\nX: a\u0000b\r\n",
                "Host: localhost\r\nX: a\u0007b\r\n",
                "Host: localhost\r\nX: a\rb\r\n",
                "Host: localhost\nX: a\r\n",
                "Host: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
                "Host: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
                "Host: localhost\r\nContent-Length: 1, 1\r\n",
                "Host: localhost\r\nContent-Length: -1\r\n",
                "Host: localhost\r\nContent-Length: +1\r\n",
                "Host: localhost\r\nContent-Length: 0x1\r\n",
                "Host: localhost\r\nContent-Length:\r\n",
                "Host: localhost\r\nContent-Length: 99999999999999999999\r\n",
                "Host: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                "Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n",
                "Host: localhost\r\nTransfer-Encoding: identity\r\n",
                "Host: localhost\r\nTransfer-Encoding: xchunked\r\n",
                "Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            })
    void shouldRefuseMalformedHeaders(String headers) throws Exception {
        assertRefused("PUT /p HTTP/1.1\r\n" + headers + "\r\n", 400);
    }

    @Test
    void shouldRefuseOtherVersionsOfHttp() throws Exception {
        assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400);
        assertRefused("GET / HTTP/2.0\r\n" + HOST + "\r\n", 505);
        assertRefused("GET / HTTP/1.2\r\n" + HOST + "\r\n", 505);
        assertRefused("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    }

    @Test
    void shouldRefuseUnknownExpectations() throws Exception {
        assertRefused("PUT /p HTTP/1.1\r\n" + HOST + "Expect: 200-ok\r\n\r\n", 417);
    }

    @Test
    void shouldBoundTheHead() throws Exception {
        assertRefused("GET /" + "a".repeat(9000) + " HTTP/1.1\r\n" + HOST + "\r\n", 414);
        assertRefused("GET /" + "a".repeat(100_000), 400);
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "X: " + "y".repeat(20_000) + "\r\n\r\n", 400);
        assertRefused("GET / HTTP/1.1\r\n" + HOST + "x:y\r\n".repeat(300) + "\r\n", 400);
    }

    @Test
    void shouldTakeWhatIsUnusualAndClear() throws Exception {
        assertThat(server.exchange("\r\nGET /a HTTP/1.1\r\n" + HOST + "\r\n").body())
                .isEqualTo("/a||localhost");
        assertThat(server.exchange("GET http://LOCALHOST:80/a?b HTTP/1.1\r\nHost: localhost:80\r\n\r\n")
                        .body())
                .isEqualTo("/a|b|localhost");
        assertThat(server.exchange("GET http://localhost?b HTTP/1.1\r\n" + HOST + "\r\n")
                        .body())
                .isEqualTo("/|b|localhost");
        assertThat(server.exchange("GET /a//%2f/../%C3%A9?x=%zz HTTP/1.0\r\n\r\n".replace("%zz", "{|}"))
                        .body())
                .isEqualTo("/a//%2f/../%C3%A9|x={|}|");
        assertThat(server.exchange("GET /a HTTP/1.1\r\nhOST:\t[::1]:9000 \r\nX:\r\nY: \u00e9\r\n\r\n")
                        .body())
                .isEqualTo("/a||[::1]");
        assertThat(server.exchange("PURGE /a HTTP/1.1\r\n" + HOST + "\r\n").body())
                .startsWith("/a");
    }

    @Test
    void shouldRefuseAnAbsoluteTargetThatDiffersFromTheHost() throws Exception {
        assertRefused("GET http://other/a HTTP/1.1\r\n" + HOST + "\r\n", 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "\r\n",
                "5\nhello\r\n0\r\n\r\n",
                "5\r\nhelloX",
                "5 \r\nhello\r\n",
                "-5\r\n",
                "5;a\u0000\r\n",
                "1234567890123456\r\n",
                "0\r\nbad\u0000trailer\r\n\r\n",
            })
    void shouldTellTheServiceOfMalformedChunks(String body) throws Exception {
        try (var client = server.connect()) {
            client.send("PUT /p HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n" + body);
            var answer = client.answer();
            assertThat(answer.body()).isEqualTo("aborted: MALFORMED");
            assertThat(answer.head()).contains("connection: close");
            assertThat(client.rest()).isEmpty();
        }
    }
}
