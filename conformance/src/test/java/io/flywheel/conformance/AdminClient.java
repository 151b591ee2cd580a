package io.flywheel.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// What an operator asks a running server over HTTP, signed by the AWS SDK.
public final class AdminClient implements AutoCloseable {

    /// Restricted headers are the HTTP client's own.
    private static final String HOST = "Host";

    private final URI endpoint;
    private final Duration timeout;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    /// @param timeout after which an answer that did not come fails the test
    public AdminClient(URI endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
    }

    /// An answer: 200, or a refusal.
    public record Answer(int status, String text) {
        /// What it says.
        public JsonNode json() {
            return JsonNode.parser()
                    .parse(new ByteArrayInputStream(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
    }

    /// How the store is.
    public Answer status() {
        return ask(SdkHttpMethod.GET, "status", Map.of());
    }

    /// Where an object lies, every byte of it verified.
    public Answer explain(String bucket, String key) {
        return ask(SdkHttpMethod.GET, "explain", Map.of("bucket", bucket, "key", key, "verify", "true"));
    }

    /// Does something to disks.
    public Answer act(String action, Map<String, String> parameters) {
        return ask(SdkHttpMethod.POST, action, parameters);
    }

    private Answer ask(SdkHttpMethod method, String what, Map<String, String> parameters) {
        var request = SdkHttpRequest.builder().method(method).uri(endpoint.resolve("/-/admin/v1/" + what));
        parameters.forEach(request::putRawQueryParameter);
        var signed = signer.sign(r -> r.identity(S3Clients.credentials().resolveCredentials())
                        .request(request.build())
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, S3Clients.REGION.id())
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
                .request();
        var sent = HttpRequest.newBuilder(signed.getUri())
                .timeout(timeout)
                .method(method.name(), HttpRequest.BodyPublishers.noBody());
        signed.forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase(HOST)) {
                values.forEach(value -> sent.header(name, value));
            }
        });
        try {
            var answer = http.send(sent.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + what + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("the test was interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
