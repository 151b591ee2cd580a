package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.SharedServer;
import java.time.Instant;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/// Buckets, and who may touch them.
abstract class BucketSpecification extends Specification {

    BucketSpecification(Supplier<S3Client> client) {
        super(client);
    }

    @Test
    void shouldListABucketOnceItIsCreated() {
        assertThat(s3.listBuckets().buckets())
                .extracting(Bucket::name)
                .contains(bucket)
                .isSorted();
        Bucket listed = s3.listBuckets().buckets().stream()
                .filter(b -> b.name().equals(bucket))
                .findFirst()
                .orElseThrow();
        assertThat(listed.creationDate())
                .isBetween(Instant.now().minusSeconds(600), Instant.now().plusSeconds(5));
    }

    @Test
    void shouldPageBuckets() {
        String second = SharedServer.freshBucket();
        s3.createBucket(b -> b.bucket(second));
        var page = s3.listBuckets(b -> b.maxBuckets(1));
        assertThat(page.buckets()).hasSize(1);
        assertThat(page.continuationToken()).isNotBlank();
        var next = s3.listBuckets(b -> b.maxBuckets(1).continuationToken(page.continuationToken()));
        assertThat(next.buckets()).hasSize(1);
        assertThat(next.buckets().getFirst().name())
                .isGreaterThan(page.buckets().getFirst().name());
    }

    @Test
    void shouldAnswerHeadAndLocation() {
        assertThat(s3.headBucket(b -> b.bucket(bucket)).bucketRegion()).isEqualTo("us-east-1");
        assertThat(s3.getBucketLocation(b -> b.bucket(bucket)).locationConstraintAsString())
                .isIn(null, "");
    }

    @Test
    void shouldForgetADeletedBucket() {
        s3.deleteBucket(b -> b.bucket(bucket));
        refused(404, () -> s3.headBucket(b -> b.bucket(bucket)));
        refused(404, "NoSuchBucket", () -> s3.deleteBucket(b -> b.bucket(bucket)));
        refused(404, "NoSuchBucket", () -> s3.listObjectsV2(b -> b.bucket(bucket)));
        refused(404, "NoSuchBucket", () -> put("key", "content"));
        refused(404, "NoSuchBucket", () -> read("key"));
        s3.createBucket(b -> b.bucket(bucket));
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents()).isEmpty();
    }

    @Test
    void shouldRefuseToDeleteABucketThatHoldsSomething() {
        put("key", "content");
        refused(409, "BucketNotEmpty", () -> s3.deleteBucket(b -> b.bucket(bucket)));
        assertThat(text("key")).isEqualTo("content");
    }

    @Test
    void shouldRefuseToDeleteABucketThatHoldsOnlyADeleteMarker() {
        versioning(BucketVersioningStatus.ENABLED);
        s3.deleteObject(b -> b.bucket(bucket).key("key"));
        refused(409, "BucketNotEmpty", () -> s3.deleteBucket(b -> b.bucket(bucket)));
    }

    /// In us-east-1 creating one's own bucket again succeeds and changes nothing.
    @Test
    void shouldKeepABucketThatItsOwnerCreatesAgain() {
        put("key", "content");
        s3.createBucket(b -> b.bucket(bucket));
        assertThat(text("key")).isEqualTo("content");
    }

    /// The SDK refuses other invalid names before they are sent.
    @ParameterizedTest
    @ValueSource(strings = {"xn--reserved", "sthree-reserved", "reserved-s3alias", "reserved--ol-s3"})
    void shouldRefuseAnInvalidName(String name) {
        refused(400, "InvalidBucketName", () -> s3.createBucket(b -> b.bucket(name)));
    }

    @Test
    void shouldReportVersioningAsItIsSet() {
        assertThat(s3.getBucketVersioning(b -> b.bucket(bucket)).statusAsString())
                .isNull();
        versioning(BucketVersioningStatus.ENABLED);
        assertThat(s3.getBucketVersioning(b -> b.bucket(bucket)).status()).isEqualTo(BucketVersioningStatus.ENABLED);
        versioning(BucketVersioningStatus.SUSPENDED);
        assertThat(s3.getBucketVersioning(b -> b.bucket(bucket)).status()).isEqualTo(BucketVersioningStatus.SUSPENDED);
    }

    @Test
    void shouldRefuseAWrongSecret() {
        var endpoint = SharedServer.endpoint();
        try (S3Client stranger =
                S3Clients.sync(endpoint, S3Clients.credentials(RunningServer.ACCESS_KEY, "not-the-secret"))) {
            refused(403, "SignatureDoesNotMatch", stranger::listBuckets);
            refused(
                    403,
                    "SignatureDoesNotMatch",
                    () -> stranger.putObject(b -> b.bucket(bucket).key("key"), RequestBody.fromString("content")));
        }
        try (S3Client stranger = S3Clients.sync(endpoint, S3Clients.credentials("nobody", "not-the-secret"))) {
            refused(403, "InvalidAccessKeyId", stranger::listBuckets);
        }
    }

    @Test
    void shouldSayThatWhatItLacksIsNotImplemented() {
        refused(501, "NotImplemented", () -> s3.getBucketLifecycleConfiguration(b -> b.bucket(bucket)));
    }
}
