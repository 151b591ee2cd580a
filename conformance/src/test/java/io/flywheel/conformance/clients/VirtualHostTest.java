package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Buckets as sub-domains of the server's, as the SDK addresses them unless it is told otherwise.
final class VirtualHostTest {
    private static final String KEY = "folder/a key//with..%2F?&+😀";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path folder;

    private RunningServer start() {
        return RunningServer.start(
                folder.resolve("disk"),
                new RunningServer.Options(List.of(), List.of(), List.of("--domain", "s3.flywheel.test")));
    }

    /// A client that finds every host on this machine.
    private static S3Client client(RunningServer server, String host, boolean pathStyle) {
        return S3Client.builder()
                .endpointOverride(
                        URI.create("http://" + host + ":" + server.endpoint().getPort()))
                .region(S3Clients.REGION)
                .credentialsProvider(S3Clients.credentials())
                .forcePathStyle(pathStyle)
                .httpClientBuilder(ApacheHttpClient.builder()
                        .dnsResolver(name -> new InetAddress[] {InetAddress.getLoopbackAddress()}))
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "s3.flywheel.test"})
    void shouldServeBucketsAsSubDomains(String host) {
        try (RunningServer server = start();
                S3Client s3 = client(server, host, false)) {
            s3.createBucket(b -> b.bucket("first-bucket"));
            s3.createBucket(b -> b.bucket("second-bucket"));
            s3.putObject(b -> b.bucket("first-bucket").key(KEY), RequestBody.fromString("first"));
            s3.putObject(b -> b.bucket("second-bucket").key(KEY), RequestBody.fromString("second"));
            assertThat(s3.getObjectAsBytes(b -> b.bucket("first-bucket").key(KEY))
                            .asUtf8String())
                    .isEqualTo("first");
            assertThat(s3.listObjectsV2(b -> b.bucket("second-bucket").prefix("folder/"))
                            .contents())
                    .extracting(S3Object::key)
                    .containsExactly(KEY);
            s3.copyObject(b -> b.sourceBucket("first-bucket")
                    .sourceKey(KEY)
                    .destinationBucket("second-bucket")
                    .destinationKey("copy"));
            assertThat(s3.getObjectAsBytes(b -> b.bucket("second-bucket").key("copy"))
                            .asUtf8String())
                    .isEqualTo("first");
            String upload = s3.createMultipartUpload(
                            b -> b.bucket("first-bucket").key("parts"))
                    .uploadId();
            String etag = s3.uploadPart(
                            b -> b.bucket("first-bucket")
                                    .key("parts")
                                    .uploadId(upload)
                                    .partNumber(1),
                            RequestBody.fromString("part"))
                    .eTag();
            assertThat(s3.completeMultipartUpload(b -> b.bucket("first-bucket")
                                    .key("parts")
                                    .uploadId(upload)
                                    .multipartUpload(u -> u.parts(CompletedPart.builder()
                                            .partNumber(1)
                                            .eTag(etag)
                                            .build())))
                            .location())
                    .contains("first-bucket");
            assertThat(s3.listBuckets().buckets()).hasSize(2);
            s3.deleteObject(b -> b.bucket("first-bucket").key(KEY));
            assertThat(s3.headBucket(b -> b.bucket("first-bucket"))
                            .sdkHttpResponse()
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldShowTheSameBucketInThePath() {
        try (RunningServer server = start();
                S3Client byHost = client(server, "s3.flywheel.test", false);
                S3Client byPath = client(server, "s3.flywheel.test", true)) {
            byHost.createBucket(b -> b.bucket("bucket"));
            byHost.putObject(b -> b.bucket("bucket").key("-/health/live"), RequestBody.fromString("an object"));
            assertThat(byPath.getObjectAsBytes(b -> b.bucket("bucket").key("-/health/live"))
                            .asUtf8String())
                    .isEqualTo("an object");
            assertThat(byHost.getObjectAsBytes(b -> b.bucket("bucket").key("-/health/live"))
                            .asUtf8String())
                    .isEqualTo("an object");
        }
    }
}
