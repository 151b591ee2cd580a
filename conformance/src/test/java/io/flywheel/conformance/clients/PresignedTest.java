package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.SharedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// URLs that carry their signature, used by a client that knows nothing of S3.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PresignedTest {

    private static final Duration VALID = Duration.ofMinutes(5);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String bucket = SharedServer.freshBucket();
    private S3Client s3;
    private S3Presigner presigner;

    @SuppressWarnings("NullAway.Init") // The clients are made before the first test.
    PresignedTest() {}

    @BeforeAll
    void open() {
        URI endpoint = SharedServer.endpoint();
        s3 = S3Clients.sync(endpoint);
        presigner = S3Clients.presigner(endpoint);
        s3.createBucket(b -> b.bucket(bucket));
    }

    @AfterAll
    void close() {
        s3.close();
        presigner.close();
        http.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI readUrl(String key) {
        return URI.create(presigner
                .presignGetObject(p -> p.signatureDuration(VALID)
                        .getObjectRequest(g -> g.bucket(bucket).key(key)))
                .url()
                .toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "é//x", "a b+c%2F", "\uD83D\uDE80/?&=", "a/../b"})
    void shouldReadWithNothingButTheUrl(String key) throws Exception {
        s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromString("content"));
        var answer = send(HttpRequest.newBuilder(readUrl(key)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("content");
    }

    @Test
    void shouldWriteWithNothingButTheUrl() throws Exception {
        var signed = presigner.presignPutObject(p -> p.signatureDuration(VALID)
                .putObjectRequest(g -> g.bucket(bucket).key("written").contentType("text/plain")));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(signed.url().toString())).PUT(BodyPublishers.ofString("by url"));
        signed.signedHeaders().forEach((name, values) -> {
            if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                values.forEach(value -> request.header(name, value));
            }
        });
        var answer = send(request);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("written")).asUtf8String())
                .isEqualTo("by url");
    }

    @Test
    void shouldRefuseAUrlThatWasChanged() throws Exception {
        s3.putObject(b -> b.bucket(bucket).key("one"), RequestBody.fromString("one"));
        s3.putObject(b -> b.bucket(bucket).key("two"), RequestBody.fromString("two"));
        String url = readUrl("one").toString();
        refused("SignatureDoesNotMatch", HttpRequest.newBuilder(URI.create(url.replace("/one?", "/two?"))));
        refused("SignatureDoesNotMatch", HttpRequest.newBuilder(URI.create(url)).DELETE());
        refused("SignatureDoesNotMatch", HttpRequest.newBuilder(URI.create(url + "&response-content-type=text/html")));
        refused(
                "AuthorizationQueryParametersError",
                HttpRequest.newBuilder(URI.create(url.replaceAll("X-Amz-Expires=\\d+", "X-Amz-Expires=604801"))));
        refused(
                "AccessDenied",
                HttpRequest.newBuilder(URI.create(url.replaceAll("X-Amz-Date=\\d{8}", "X-Amz-Date=20200101")
                        .replaceAll("(Credential=[^%]+%2F)\\d{8}", "$120200101"))));
        refused("AccessDenied", HttpRequest.newBuilder(URI.create(url.substring(0, url.indexOf('?')))));
    }

    private void refused(String code, HttpRequest.Builder request) throws Exception {
        var answer = send(request);
        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 403);
        assertThat(answer.body()).contains("<Code>" + code + "</Code>").contains("<RequestId>");
    }
}
