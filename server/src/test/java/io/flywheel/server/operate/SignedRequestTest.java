package io.flywheel.server.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.server.RootCredentials;
import java.net.URI;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Held against the examples in AWS's documentation ("Signature Calculations for the Authorization Header").
final class SignedRequestTest {
    private static final RootCredentials EXAMPLE =
            new RootCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static final URI ENDPOINT = URI.create("http://examplebucket.s3.amazonaws.com");

    private static SignedRequest signed(SortedMap<String, String> parameters) {
        return SignedRequest.of(
                "GET", ENDPOINT, "/", parameters, EXAMPLE, "us-east-1", Instant.parse("2013-05-24T00:00:00Z"));
    }

    @Test
    void shouldSignTheDocumentedGetOfAConfiguration() {
        var parameters = new TreeMap<String, String>();
        parameters.put("lifecycle", "");
        assertThat(signed(parameters).headers().get("authorization"))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void shouldSignTheDocumentedListing() {
        var parameters = new TreeMap<String, String>();
        parameters.put("max-keys", "2");
        parameters.put("prefix", "J");
        assertThat(signed(parameters).headers().get("authorization"))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void shouldEncodeWhatAQueryCannotHold() {
        var parameters = new TreeMap<String, String>();
        parameters.put("key", "a b/+*~é&=");
        assertThat(signed(parameters).url().getRawQuery()).isEqualTo("key=a%20b%2F%2B%2A~%C3%A9%26%3D");
    }
}
