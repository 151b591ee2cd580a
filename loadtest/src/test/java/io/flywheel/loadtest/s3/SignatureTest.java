package io.flywheel.loadtest.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.Clock;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.Payload;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The examples of AWS's documentation, and of bodies in chunks.
class SignatureTest {
    private static final Clock MAY_2013 = new Clock() {
        @Override
        public long unixMillis() {
            return 1_369_353_600_000L;
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };
    private static final Signer SIGNER = new Signer(
            new Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""),
            "us-east-1",
            MAY_2013);

    private static S3Request request(boolean virtualHosts, String method, String bucket, String key) {
        var endpoint = new Endpoint("s3.amazonaws.com", 443, true, "");
        return new S3Request(new S3Target(endpoint, virtualHosts, Optional.of(SIGNER)), method, bucket, key);
    }

    private static S3Request request(String method, String key) {
        return request(true, method, "examplebucket", key);
    }

    private static String head(S3Request request) {
        var head = new AsciiBuffer();
        request.writeHead(head);
        return head.toString();
    }

    private static String signature(S3Request request) {
        return head(request).replaceAll("(?s).*Signature=([0-9a-f]{64}).*", "$1");
    }

    /// However little fits at a time, the body is the same.
    private static String body(Payload payload, int step) {
        payload.rewind();
        var body = new ByteArrayOutputStream();
        while (body.size() < payload.lengthBytes()) {
            ByteBuffer piece = ByteBuffer.allocate(step);
            payload.write(piece);
            assertThat(piece.position()).isPositive();
            body.write(piece.array(), 0, piece.position());
        }
        return body.toString(US_ASCII);
    }

    @Test
    void shouldSignTheDocumentedGet() {
        assertThat(signature(request("GET", "test.txt").field("range", "bytes=0-9")))
                .isEqualTo("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void shouldSignTheDocumentedPut() {
        var put = request("PUT", "test$file.text")
                .field("date", "Fri, 24 May 2013 00:00:00 GMT")
                .field("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .body(
                        Payload.of("Welcome to Amazon S3.".getBytes(US_ASCII)),
                        PayloadForm.SIGNED,
                        ChecksumAlgorithm.CRC32C);
        assertThat(signature(put)).isEqualTo("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @ParameterizedTest
    @CsvSource({
        "lifecycle, '', '', '', fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "prefix, J, max-keys, 2, 34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    })
    void shouldSignTheDocumentedQueries(String name, String value, String name2, String value2, String signature) {
        S3Request get = request("GET", "").query(name, value);
        assertThat(signature(name2.isEmpty() ? get : get.query(name2, value2))).isEqualTo(signature);
    }

    @Test
    void shouldPresignTheDocumentedUrl() {
        String head = head(request("GET", "test.txt").presigned(86_400));
        assertThat(head)
                .contains("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1")
                .doesNotContain("Authorization");
    }

    private static S3Request chunks(PayloadForm form) {
        return request(false, "PUT", "examplebucket", "chunkObject.txt")
                .field("x-amz-storage-class", "REDUCED_REDUNDANCY")
                .body(Payload.of("a".repeat(66_560).getBytes(US_ASCII)), form, ChecksumAlgorithm.CRC32C);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000_000, 65_536, 7})
    void shouldSignTheDocumentedChunks(int step) {
        S3Request put = chunks(PayloadForm.STREAMING_SIGNED).field("content-length", "66824");
        assertThat(put.payload().lengthBytes()).isEqualTo(66_824);
        assertThat(signature(put)).isEqualTo("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        assertThat(body(put.payload(), step))
                .isEqualTo("10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                        + "a".repeat(65_536)
                        + "\r\n400;chunk-signature="
                        + "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                        + "a".repeat(1024)
                        + "\r\n0;chunk-signature="
                        + "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
    }

    @Test
    void shouldSignTheDocumentedTrailer() {
        S3Request put = chunks(PayloadForm.STREAMING_SIGNED_TRAILER);
        assertThat(signature(put)).isEqualTo("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        String body = body(put.payload(), 1000);
        assertThat(body)
                .endsWith("\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                        + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                        + "x-amz-trailer-signature:"
                        + "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
        assertThat(body(put.payload(), 64)).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537})
    void shouldSayHowLongABodyInChunksIs(int length) {
        for (PayloadForm form : PayloadForm.values()) {
            S3Request put = request("PUT", "k")
                    .body(Payload.of("b".repeat(length).getBytes(US_ASCII)), form, ChecksumAlgorithm.CRC64NVME);
            assertThat(head(put)).contains("Content-Length: " + put.payload().lengthBytes() + "\r\n");
            assertThat(body(put.payload(), 5000)).hasSize((int) put.payload().lengthBytes());
        }
    }

    @Test
    void shouldSpellKeysAsTheyAreSigned() {
        assertThat(head(request(false, "GET", "b", "é//x y+~(")).lines().findFirst())
                .hasValue("GET /b/%C3%A9//x%20y%2B~%28 HTTP/1.1");
        assertThat(head(request("GET", "")).lines().findFirst()).hasValue("GET / HTTP/1.1");
        assertThat(head(request(false, "GET", "", "")).lines().findFirst()).hasValue("GET / HTTP/1.1");
        assertThat(head(request(false, "GET", "b", "")).lines().findFirst()).hasValue("GET /b HTTP/1.1");
    }
}
