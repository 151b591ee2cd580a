package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.Tag;

/// Tags of objects and buckets.
abstract class TaggingSpecification extends Specification {

    TaggingSpecification(Supplier<S3Client> client) {
        super(client);
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private List<Tag> tags(String key) {
        return s3.getObjectTagging(b -> b.bucket(bucket).key(key)).tagSet();
    }

    @Test
    void shouldKeepTheTagsOfAnObject() {
        s3.putObject(
                b -> b.bucket(bucket).key("key").tagging("colour=dark%20red&empty="),
                RequestBody.fromString("content"));
        assertThat(tags("key")).containsExactlyInAnyOrder(tag("colour", "dark red"), tag("empty", ""));
        assertThat(read("key").response().tagCount()).isEqualTo(2);

        String eTag = s3.headObject(b -> b.bucket(bucket).key("key")).eTag();
        s3.putObjectTagging(b -> b.bucket(bucket).key("key").tagging(t -> t.tagSet(tag("größe", "1/2 + x@y"))));
        assertThat(tags("key")).containsExactly(tag("größe", "1/2 + x@y"));
        assertThat(s3.headObject(b -> b.bucket(bucket).key("key")).eTag()).isEqualTo(eTag);

        s3.deleteObjectTagging(b -> b.bucket(bucket).key("key"));
        assertThat(tags("key")).isEmpty();
        assertThat(text("key")).isEqualTo("content");
    }

    @Test
    void shouldLoseTheTagsWhenTheObjectIsReplaced() {
        s3.putObject(b -> b.bucket(bucket).key("key").tagging("k=v"), RequestBody.fromString("first"));
        put("key", "second");
        assertThat(tags("key")).isEmpty();
    }

    @Test
    void shouldTagOneVersion() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("key", "first").versionId();
        put("key", "second");
        s3.putObjectTagging(b -> b.bucket(bucket).key("key").versionId(first).tagging(t -> t.tagSet(tag("k", "v"))));
        assertThat(tags("key")).isEmpty();
        assertThat(s3.getObjectTagging(b -> b.bucket(bucket).key("key").versionId(first))
                        .tagSet())
                .containsExactly(tag("k", "v"));
    }

    @Test
    void shouldRefuseTagsBeyondTheLimits() {
        put("key", "content");
        List<Tag> eleven =
                IntStream.range(0, 11).mapToObj(i -> tag("k" + i, "v")).toList();
        refused(
                400,
                "BadRequest",
                () -> s3.putObjectTagging(b -> b.bucket(bucket).key("key").tagging(t -> t.tagSet(eleven))));
        refused(
                400,
                "InvalidTag",
                () -> s3.putObjectTagging(b ->
                        b.bucket(bucket).key("key").tagging(t -> t.tagSet(tag("k".repeat(129), "v")))));
        refused(
                400,
                "InvalidTag",
                () -> s3.putObjectTagging(b ->
                        b.bucket(bucket).key("key").tagging(t -> t.tagSet(tag("k", "v".repeat(257))))));
        refused(
                400,
                "InvalidTag",
                () -> s3.putObjectTagging(b ->
                        b.bucket(bucket).key("key").tagging(t -> t.tagSet(tag("k", "1"), tag("k", "2")))));
        refused(404, "NoSuchKey", () -> tags("nothing"));
    }

    @Test
    void shouldKeepTheTagsOfABucket() {
        refused(404, "NoSuchTagSet", () -> s3.getBucketTagging(b -> b.bucket(bucket)));
        s3.putBucketTagging(b -> b.bucket(bucket).tagging(t -> t.tagSet(tag("team", "storage"))));
        assertThat(s3.getBucketTagging(b -> b.bucket(bucket)).tagSet()).containsExactly(tag("team", "storage"));
        s3.deleteBucketTagging(b -> b.bucket(bucket));
        refused(404, "NoSuchTagSet", () -> s3.getBucketTagging(b -> b.bucket(bucket)));
    }
}
