package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Versions and delete markers.
abstract class VersioningSpecification extends Specification {

    VersioningSpecification(Supplier<S3Client> client) {
        super(client);
    }

    private ListObjectVersionsResponse versions() {
        return s3.listObjectVersions(b -> b.bucket(bucket));
    }

    @Test
    void shouldKeepEveryVersionWhenEnabled() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("key", "first").versionId();
        String second = put("key", "second").versionId();
        assertThat(first).isNotBlank().isNotEqualTo(second);
        assertThat(text("key")).isEqualTo("second");
        assertThat(text("key", first)).isEqualTo("first");
        assertThat(text("key", second)).isEqualTo("second");
        assertThat(s3.headObject(b -> b.bucket(bucket).key("key")).versionId()).isEqualTo(second);
        assertThat(versions().versions()).extracting(ObjectVersion::versionId).containsExactly(second, first);
        assertThat(versions().versions()).extracting(ObjectVersion::isLatest).containsExactly(true, false);
    }

    @Test
    void shouldHideAnObjectBehindADeleteMarker() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("key", "first").versionId();
        var deletion = s3.deleteObject(b -> b.bucket(bucket).key("key"));
        assertThat(deletion.deleteMarker()).isTrue();
        assertThat(deletion.versionId()).isNotBlank();

        refused(404, "NoSuchKey", () -> read("key"));
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents()).isEmpty();
        assertThat(text("key", first)).isEqualTo("first");
        refused(405, "MethodNotAllowed", () -> text("key", deletion.versionId()));
        assertThat(versions().deleteMarkers()).singleElement().satisfies(marker -> {
            assertThat(marker.key()).isEqualTo("key");
            assertThat(marker.versionId()).isEqualTo(deletion.versionId());
            assertThat(marker.isLatest()).isTrue();
        });

        var undeletion = s3.deleteObject(b -> b.bucket(bucket).key("key").versionId(deletion.versionId()));
        assertThat(undeletion.deleteMarker()).isTrue();
        assertThat(text("key")).isEqualTo("first");
    }

    @Test
    void shouldTellThatAMarkerHidesTheObject() {
        versioning(BucketVersioningStatus.ENABLED);
        put("key", "first");
        s3.deleteObject(b -> b.bucket(bucket).key("key"));
        var refusal = refused(404, () -> s3.headObject(b -> b.bucket(bucket).key("key")));
        assertThat(refusal.awsErrorDetails().sdkHttpResponse().firstMatchingHeader("x-amz-delete-marker"))
                .contains("true");
    }

    @Test
    void shouldDeleteOneVersionForGood() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("key", "first").versionId();
        String second = put("key", "second").versionId();
        s3.deleteObject(b -> b.bucket(bucket).key("key").versionId(second));
        assertThat(text("key")).isEqualTo("first");
        refused(404, "NoSuchVersion", () -> text("key", second));
        s3.deleteObject(b -> b.bucket(bucket).key("key").versionId(first));
        refused(404, "NoSuchKey", () -> read("key"));
        assertThat(versions().versions()).isEmpty();
        s3.deleteBucket(b -> b.bucket(bucket));
    }

    @Test
    void shouldCallAnObjectFromBeforeVersioningNull() {
        put("key", "before");
        versioning(BucketVersioningStatus.ENABLED);
        String after = put("key", "after").versionId();
        assertThat(text("key", "null")).isEqualTo("before");
        assertThat(versions().versions()).extracting(ObjectVersion::versionId).containsExactly(after, "null");
    }

    @Test
    void shouldReplaceTheNullVersionWhenSuspended() {
        versioning(BucketVersioningStatus.ENABLED);
        String kept = put("key", "kept").versionId();
        versioning(BucketVersioningStatus.SUSPENDED);
        put("key", "null one");
        put("key", "null two");
        assertThat(text("key")).isEqualTo("null two");
        assertThat(versions().versions()).extracting(ObjectVersion::versionId).containsExactly("null", kept);

        var deletion = s3.deleteObject(b -> b.bucket(bucket).key("key"));
        assertThat(deletion.deleteMarker()).isTrue();
        assertThat(deletion.versionId()).isEqualTo("null");
        assertThat(versions().versions()).extracting(ObjectVersion::versionId).containsExactly(kept);
        assertThat(versions().deleteMarkers())
                .singleElement()
                .satisfies(marker -> assertThat(marker.versionId()).isEqualTo("null"));
        assertThat(text("key", kept)).isEqualTo("kept");
    }

    @Test
    void shouldRefuseAVersionIdThatCannotBe() {
        put("key", "content");
        refused(400, "InvalidArgument", () -> text("key", "not-a-version"));
    }

    @Test
    void shouldPageVersions() {
        versioning(BucketVersioningStatus.ENABLED);
        for (String key : List.of("a", "b", "c")) {
            for (int i = 0; i < 3; i++) {
                put(key, key + i);
            }
            s3.deleteObject(b -> b.bucket(bucket).key(key));
        }
        List<String> seen = new java.util.ArrayList<>();
        ListObjectVersionsResponse page =
                s3.listObjectVersions(b -> b.bucket(bucket).maxKeys(2));
        while (true) {
            page.versions().forEach(v -> seen.add(v.key() + v.versionId()));
            page.deleteMarkers().forEach(m -> seen.add(m.key() + m.versionId()));
            assertThat(page.versions().size() + page.deleteMarkers().size()).isLessThanOrEqualTo(2);
            if (!page.isTruncated()) {
                break;
            }
            String key = page.nextKeyMarker();
            String version = page.nextVersionIdMarker();
            page = s3.listObjectVersions(
                    b -> b.bucket(bucket).maxKeys(2).keyMarker(key).versionIdMarker(version));
        }
        assertThat(seen).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void shouldListVersionsByPrefixAndDelimiter() {
        versioning(BucketVersioningStatus.ENABLED);
        List.of("a/1", "a/2", "b", "c/x").forEach(key -> {
            put(key, "1");
            put(key, "2");
        });
        var listed = s3.listObjectVersions(b -> b.bucket(bucket).delimiter("/"));
        assertThat(listed.versions()).extracting(ObjectVersion::key).containsExactly("b", "b");
        assertThat(listed.commonPrefixes()).extracting(p -> p.prefix()).containsExactly("a/", "c/");
        assertThat(s3.listObjectVersions(b -> b.bucket(bucket).prefix("a/")).versions())
                .hasSize(4);
    }

    @Test
    void shouldDeleteManyVersionsAtOnce() {
        versioning(BucketVersioningStatus.ENABLED);
        String first = put("key", "first").versionId();
        String second = put("key", "second").versionId();
        put("other", "other");
        var answer = s3.deleteObjects(b -> b.bucket(bucket)
                .delete(d -> d.objects(
                        ObjectIdentifier.builder().key("key").versionId(second).build(),
                        ObjectIdentifier.builder().key("other").build())));
        assertThat(answer.errors()).isEmpty();
        assertThat(answer.deleted()).hasSize(2).anySatisfy(deleted -> {
            assertThat(deleted.key()).isEqualTo("other");
            assertThat(deleted.deleteMarker()).isTrue();
            assertThat(deleted.deleteMarkerVersionId()).isNotBlank();
        });
        assertThat(text("key")).isEqualTo("first");
        assertThat(text("key", first)).isEqualTo("first");
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents())
                .extracting(S3Object::key)
                .containsExactly("key");
    }
}
