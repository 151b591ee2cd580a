package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.SharedServer;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

/// Copies.
abstract class CopySpecification extends Specification {

    CopySpecification(Supplier<S3Client> client) {
        super(client);
    }

    private void putSource() {
        s3.putObject(
                b -> b.bucket(bucket)
                        .key("from")
                        .contentType("text/x-source")
                        .metadata(Map.of("colour", "red"))
                        .tagging("k=v"),
                RequestBody.fromString("content"));
    }

    @Test
    void shouldCopyBytesMetadataAndTags() {
        putSource();
        var answer = s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("to"));
        var copy = read("to");
        assertThat(copy.asUtf8String()).isEqualTo("content");
        assertThat(copy.response().contentType()).isEqualTo("text/x-source");
        assertThat(copy.response().metadata()).containsEntry("colour", "red");
        assertThat(copy.response().tagCount()).isEqualTo(1);
        assertThat(answer.copyObjectResult().eTag()).isEqualTo(copy.response().eTag());
        assertThat(answer.copyObjectResult().lastModified()).isNotNull();
    }

    @Test
    void shouldReplaceMetadataAndTagsWhenAsked() {
        putSource();
        s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("to")
                .metadataDirective(MetadataDirective.REPLACE)
                .contentType("text/x-other")
                .metadata(Map.of("shape", "round"))
                .taggingDirective(TaggingDirective.REPLACE)
                .tagging("a=b&c=d"));
        var copy = read("to").response();
        assertThat(copy.contentType()).isEqualTo("text/x-other");
        assertThat(copy.metadata()).containsOnly(Map.entry("shape", "round"));
        assertThat(copy.tagCount()).isEqualTo(2);
    }

    @Test
    void shouldCopyOntoItselfOnlyWithAChange() {
        putSource();
        refused(
                400,
                "InvalidRequest",
                () -> s3.copyObject(b -> b.sourceBucket(bucket)
                        .sourceKey("from")
                        .destinationBucket(bucket)
                        .destinationKey("from")));
        s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("from")
                .metadataDirective(MetadataDirective.REPLACE)
                .metadata(Map.of("shape", "round")));
        var copy = read("from");
        assertThat(copy.asUtf8String()).isEqualTo("content");
        assertThat(copy.response().metadata()).containsOnly(Map.entry("shape", "round"));
    }

    @Test
    void shouldCopyALargeObjectBetweenBuckets() {
        Content content = new Content(11, 3_000_000);
        put("from", content.bytes());
        String other = SharedServer.freshBucket();
        s3.createBucket(b -> b.bucket(other));
        s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(other)
                .destinationKey("to"));
        s3.deleteObject(b -> b.bucket(bucket).key("from"));
        byte[] copy = s3.getObjectAsBytes(b -> b.bucket(other).key("to")).asByteArray();
        assertThat(Content.md5(copy)).isEqualTo(content.md5());
    }

    @Test
    void shouldCopyAnOldVersion() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("from", "first").versionId();
        put("from", "second");
        var answer = s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .sourceVersionId(first)
                .destinationBucket(bucket)
                .destinationKey("to"));
        assertThat(answer.copySourceVersionId()).isEqualTo(first);
        assertThat(answer.versionId()).isNotBlank();
        assertThat(text("to")).isEqualTo("first");
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        refused(
                404,
                "NoSuchKey",
                () -> s3.copyObject(b -> b.sourceBucket(bucket)
                        .sourceKey("nothing")
                        .destinationBucket(bucket)
                        .destinationKey("to")));
        refused(
                404,
                "NoSuchBucket",
                () -> s3.copyObject(b -> b.sourceBucket("no-such-bucket-here")
                        .sourceKey("k")
                        .destinationBucket(bucket)
                        .destinationKey("to")));
    }

    @Test
    void shouldCopyOnlyWhatMeetsTheConditions() {
        String eTag = put("from", "content").eTag();
        refused(
                412,
                "PreconditionFailed",
                () -> s3.copyObject(b -> b.sourceBucket(bucket)
                        .sourceKey("from")
                        .destinationBucket(bucket)
                        .destinationKey("to")
                        .copySourceIfMatch("\"0123\"")));
        // The answer to its HEAD is a 304.
        if (!looksFirst()) {
            refused(
                    412,
                    "PreconditionFailed",
                    () -> s3.copyObject(b -> b.sourceBucket(bucket)
                            .sourceKey("from")
                            .destinationBucket(bucket)
                            .destinationKey("to")
                            .copySourceIfNoneMatch(eTag)));
        }
        s3.copyObject(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("to")
                .copySourceIfMatch(eTag));
        assertThat(text("to")).isEqualTo("content");
    }
}
