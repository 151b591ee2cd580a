package io.flywheel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The examples of AWS's documentation.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3: header auth</a>
class SignerTest {
    private static final Instant NOW = Instant.parse("2013-05-24T00:00:00Z");
    private static final String HOST = "examplebucket.s3.amazonaws.com";

    private final Signer signer =
            new Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");

    @Test
    void shouldSignGetObjectAsInTheExample() {
        var signed = signer.sign(
                "GET",
                "/test.txt",
                Map.of(),
                Map.of("host", HOST, "range", "bytes=0-9"),
                Signer.hash(new byte[0]),
                NOW);
        assertThat(signed.get("x-amz-date")).isEqualTo("20130524T000000Z");
        assertThat(signed.get("authorization"))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + " SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + " Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void shouldSignListObjectsAsInTheExample() {
        var signed = signer.sign(
                "GET",
                "/",
                Map.of("prefix", "J", "max-keys", "2"),
                Map.of("host", HOST),
                Signer.hash(new byte[0]),
                NOW);
        assertThat(signed.get("authorization"))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }
}
