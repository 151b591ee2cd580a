package io.flywheel.frontend.auth;

import static io.flywheel.frontend.auth.SignedRequests.authorization;
import static io.flywheel.frontend.auth.SignedRequests.head;
import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.http.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyDecoderTest {
    private static final Headers CRC = Headers.of("x-amz-trailer", "x-amz-checksum-crc32c");
    private static final String DOCUMENTED =
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                    + "a".repeat(65536)
                    + "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                    + "a".repeat(1024)
                    + "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
    private static final String DOCUMENTED_TRAILER =
            "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
                    + "a".repeat(65536)
                    + "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
                    + "a".repeat(1024)
                    + "\r\n"
                    + "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                    + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                    + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";

    private static PayloadKind kind(SignedBody body) {
        return switch (SignedRequests.verifier().verify(body.head())) {
            case AuthResult.Authenticated authenticated -> authenticated.payload();
            case AuthResult.Anonymous other -> throw new AssertionError(other);
            case AuthResult.Rejected(var error) -> throw new AssertionError(error);
        };
    }

    private record SignedBody(io.flywheel.frontend.http.RequestHead head) {}

    private static SignedBody documented() {
        return new SignedBody(head(
                "PUT",
                "/examplebucket/chunkObject.txt",
                "",
                "Host",
                "s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "Authorization",
                authorization(
                        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                                + "x-amz-decoded-content-length;x-amz-storage-class",
                        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"),
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "Content-Encoding",
                "aws-chunked",
                "x-amz-decoded-content-length",
                "66560",
                "Content-Length",
                "66824"));
    }

    private static SignedBody documentedTrailer() {
        return new SignedBody(head(
                "PUT",
                "/examplebucket/chunkObject.txt",
                "",
                "Host",
                "s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "Authorization",
                authorization(
                        "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
                                + "x-amz-storage-class;x-amz-trailer",
                        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"),
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                "Content-Encoding",
                "aws-chunked",
                "x-amz-decoded-content-length",
                "66560",
                "x-amz-trailer",
                "x-amz-checksum-crc32c"));
    }

    /// The payload, or what is wrong, of a body that arrives in two or more pieces.
    private static String decode(BodyDecoder decoder, String body, int... cuts) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        var payload = new ByteArrayOutputStream();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : bytes.length;
            var raw = ByteBuffer.wrap(bytes, from, to - from);
            boolean more = true;
            while (more) {
                switch (decoder.next(raw)) {
                    case BodyDecoder.Step.Payload(var data) -> {
                        assertThat(data.hasRemaining()).isTrue();
                        byte[] piece = new byte[data.remaining()];
                        data.get(piece);
                        payload.writeBytes(piece);
                    }
                    case BodyDecoder.Step.NeedMore() -> {
                        assertThat(raw.hasRemaining()).isFalse();
                        more = false;
                    }
                    case BodyDecoder.Step.Failed(var error) -> {
                        assertThat(decoder.finish()).isEqualTo(new BodyDecoder.End.Failed(error));
                        return error.code().s3Code();
                    }
                }
            }
            from = to;
        }
        return switch (decoder.finish()) {
            case BodyDecoder.End.Complete(var trailers) -> payload.toString(StandardCharsets.ISO_8859_1) + trailers;
            case BodyDecoder.End.Failed(var error) -> error.code().s3Code();
        };
    }

    private static BodyDecoder documentedDecoder() {
        return BodyDecoder.of(kind(documented()), documented().head().headers());
    }

    private static BodyDecoder documentedTrailerDecoder() {
        return BodyDecoder.of(
                kind(documentedTrailer()), documentedTrailer().head().headers());
    }

    private static BodyDecoder unsigned(long length, Headers headers) {
        return BodyDecoder.of(new PayloadKind.UnsignedChunks(length), headers);
    }

    @Test
    void shouldDecodeTheDocumentedChunks() {
        assertThat(kind(documented()).length(66824)).isEqualTo(66560);
        assertThat(decode(documentedDecoder(), DOCUMENTED)).isEqualTo("a".repeat(66560) + "[]");
    }

    @Test
    void shouldDecodeTheDocumentedTrailer() {
        assertThat(decode(documentedTrailerDecoder(), DOCUMENTED_TRAILER))
                .isEqualTo("a".repeat(66560) + "[x-amz-checksum-crc32c, sOO8/Q==]");
        // The documentation separates the trailer's signature by a blank line in one place.
        assertThat(decode(documentedTrailerDecoder(), DOCUMENTED_TRAILER.replace("sOO8/Q==\r\n", "sOO8/Q==\n\r\n")))
                .startsWith("aaa");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldDecodeHoweverTheBodyIsSplit(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            int[] cuts = random.ints(1 + random.nextInt(40), 0, DOCUMENTED_TRAILER.length() + 1)
                    .sorted()
                    .toArray();
            assertThat(decode(documentedTrailerDecoder(), DOCUMENTED_TRAILER, cuts))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo("a".repeat(66560) + "[x-amz-checksum-crc32c, sOO8/Q==]");
        }
    }

    @Test
    void shouldDecodeUnsignedChunksSplitAtEveryPairOfBytes() {
        String body = "5\r\nhello\r\n6;ignored=1\r\n world\r\n0\r\nx-amz-checksum-crc32c:AAAA\r\n\r\n";
        for (int first = 0; first <= body.length(); first++) {
            for (int second = first; second <= body.length(); second++) {
                assertThat(decode(unsigned(11, CRC), body, first, second))
                        .isEqualTo("hello world[x-amz-checksum-crc32c, AAAA]");
            }
        }
    }

    @Test
    void shouldNoticeEveryChangedByteOfASignedBody() {
        var random = new Random(4);
        for (int round = 0; round < 60; round++) {
            int at = round < 30 ? random.nextInt(90) : random.nextInt(DOCUMENTED_TRAILER.length());
            var changed = new StringBuilder(DOCUMENTED_TRAILER);
            changed.setCharAt(at, (char) (changed.charAt(at) ^ 1));
            assertThat(decode(documentedTrailerDecoder(), changed.toString()))
                    .as("byte %d", at)
                    .isIn(
                            "SignatureDoesNotMatch",
                            "IncompleteBody",
                            "InvalidChunkSizeError",
                            "AccessDenied",
                            "MalformedTrailerError");
        }
    }

    @Test
    void shouldRefuseEveryTruncation() {
        String body = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:AAAA\r\n\r\n";
        for (int length = 0; length < body.length(); length++) {
            assertThat(decode(unsigned(5, CRC), body.substring(0, length))).isEqualTo("IncompleteBody");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'5\r\nhello\r\n0\r\n\r\n', 6, IncompleteBody",
        "'5\r\nhello\r\n0\r\n\r\n', 4, IncompleteBody",
        "'5\r\nhello\r\n0\r\n\r\nx', 5, IncompleteBody",
        "'5\r\nhelloX\r\n0\r\n\r\n', 5, IncompleteBody",
        "'x\r\nhello\r\n0\r\n\r\n', 5, InvalidChunkSizeError",
        "'\r\nhello\r\n0\r\n\r\n', 5, InvalidChunkSizeError",
        "'fffffffffffffffff\r\n', 5, InvalidChunkSizeError",
        "'5\r\nhello\r\n0\r\nbad\r\n\r\n', 5, MalformedTrailerError",
        "'5\r\nhello\r\n0\r\nx-amz-other:1\r\n\r\n', 5, MalformedTrailerError",
        "'5\nhello\r\n0\r\n\r\n', 5, IncompleteBody",
    })
    void shouldNameWhatIsWrongWithUnsignedChunks(String body, long length, String code) {
        assertThat(decode(unsigned(length, Headers.EMPTY), body)).isEqualTo(code);
    }

    @Test
    void shouldBoundTheHeaderOfAChunk() {
        assertThat(decode(unsigned(5, Headers.EMPTY), "5;" + "x".repeat(5000))).isEqualTo("InvalidChunkSizeError");
    }

    @Test
    void shouldRequireTheAnnouncedTrailer() {
        assertThat(decode(unsigned(5, CRC), "5\r\nhello\r\n0\r\n\r\n")).isEqualTo("MalformedTrailerError");
    }

    @Test
    void shouldRefuseSmallSignedChunksInTheMiddle() {
        var signing = new ChunkSigning(Bytes.utf8("key"), "20130524T000000Z", "scope", "seed");
        var body = new StringBuilder();
        String previous = "seed";
        for (String data : new String[] {"hello", "world", ""}) {
            String hash = Hashing.HEX.formatHex(Hashing.sha256().digest(data.getBytes(StandardCharsets.US_ASCII)));
            previous = Hashing.HEX.formatHex(SignedRequests.hmac(
                    "key".getBytes(StandardCharsets.US_ASCII),
                    "AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\nscope\n" + previous + "\n" + Hashing.EMPTY_SHA256
                            + "\n" + hash));
            body.append(Integer.toHexString(data.length()))
                    .append(";chunk-signature=")
                    .append(previous)
                    .append("\r\n")
                    .append(data)
                    .append("\r\n");
        }
        var kind = new PayloadKind.SignedChunks(signing, false, 10);
        assertThat(decode(BodyDecoder.of(kind, Headers.EMPTY), body.toString())).isEqualTo("InvalidChunkSizeError");
    }

    @Test
    void shouldVerifyTheHashOfASinglePayload() {
        var hashed = new PayloadKind.Hashed(
                Bytes.wrap(Hashing.sha256().digest("hello".getBytes(StandardCharsets.US_ASCII))));
        assertThat(decode(BodyDecoder.of(hashed, Headers.EMPTY), "hello", 2)).isEqualTo("hello[]");
        assertThat(decode(BodyDecoder.of(hashed, Headers.EMPTY), "hellp")).isEqualTo("XAmzContentSHA256Mismatch");
        assertThat(decode(BodyDecoder.of(new PayloadKind.Unsigned(), Headers.EMPTY), "hello"))
                .isEqualTo("hello[]");
    }
}
