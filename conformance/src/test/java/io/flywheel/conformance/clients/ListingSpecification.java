package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Listings of objects.
abstract class ListingSpecification extends Specification {

    ListingSpecification(Supplier<S3Client> client) {
        super(client);
    }

    private void putAll(String... keys) {
        for (String key : keys) {
            put(key, key);
        }
    }

    @Test
    void shouldOrderByUnsignedBytes() {
        // U+FF61 comes before U+1F680 in UTF-8, after it in UTF-16.
        String[] keys = {"a/b", "a", "B", "é", "a-", "\uFF61", "\uD83D\uDE80", "a0", "~"};
        putAll(keys);
        List<String> expected = new ArrayList<>(List.of(keys));
        expected.sort((x, y) ->
                Arrays.compareUnsigned(x.getBytes(StandardCharsets.UTF_8), y.getBytes(StandardCharsets.UTF_8)));
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents())
                .extracting(S3Object::key)
                .containsExactlyElementsOf(expected);
        assertThat(s3.listObjects(b -> b.bucket(bucket)).contents())
                .extracting(S3Object::key)
                .containsExactlyElementsOf(expected);
    }

    @Test
    void shouldSayWhatEachObjectIs() {
        var put = put("key", "content");
        S3Object listed = s3.listObjectsV2(b -> b.bucket(bucket).fetchOwner(true))
                .contents()
                .getFirst();
        assertThat(listed.eTag()).isEqualTo(put.eTag());
        assertThat(listed.size()).isEqualTo(7);
        assertThat(listed.storageClassAsString()).isEqualTo("STANDARD");
        assertThat(listed.lastModified()).isNotNull();
        assertThat(listed.owner().id()).isNotBlank();
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket)).contents().getFirst().owner())
                .isNull();
    }

    @Test
    void shouldFoldByPrefixAndDelimiter() {
        putAll("a", "a/1", "a/2", "a/b/1", "a/b/2", "b/1", "c");
        var top = s3.listObjectsV2(b -> b.bucket(bucket).delimiter("/"));
        assertThat(top.contents()).extracting(S3Object::key).containsExactly("a", "c");
        assertThat(top.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("a/", "b/");
        assertThat(top.keyCount()).isEqualTo(4);
        var inner = s3.listObjectsV2(b -> b.bucket(bucket).delimiter("/").prefix("a/"));
        assertThat(inner.contents()).extracting(S3Object::key).containsExactly("a/1", "a/2");
        assertThat(inner.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("a/b/");
        var odd = s3.listObjectsV2(b -> b.bucket(bucket).delimiter("/b/"));
        assertThat(odd.commonPrefixes()).extracting(CommonPrefix::prefix).containsExactly("a/b/");
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket).prefix("zzz")).contents())
                .isEmpty();
    }

    @Test
    void shouldPageThroughKeysAndPrefixesWithV2() {
        putAll("a/1", "a/2", "b", "c/1", "c/2", "d", "e/1");
        List<String> seen = new ArrayList<>();
        ListObjectsV2Response page =
                s3.listObjectsV2(b -> b.bucket(bucket).delimiter("/").maxKeys(1));
        while (true) {
            assertThat(page.keyCount()).isEqualTo(1);
            page.contents().forEach(o -> seen.add(o.key()));
            page.commonPrefixes().forEach(p -> seen.add(p.prefix()));
            if (!page.isTruncated()) {
                break;
            }
            String token = page.nextContinuationToken();
            page = s3.listObjectsV2(
                    b -> b.bucket(bucket).delimiter("/").maxKeys(1).continuationToken(token));
            assertThat(page.continuationToken()).isEqualTo(token);
        }
        assertThat(seen).containsExactly("a/", "b", "c/", "d", "e/");
    }

    @Test
    void shouldPageThroughKeysAndPrefixesWithV1() {
        putAll("a/1", "a/2", "b", "c/1", "d");
        List<String> seen = new ArrayList<>();
        var page = s3.listObjects(b -> b.bucket(bucket).delimiter("/").maxKeys(1));
        while (true) {
            page.contents().forEach(o -> seen.add(o.key()));
            page.commonPrefixes().forEach(p -> seen.add(p.prefix()));
            if (!page.isTruncated()) {
                break;
            }
            String marker = page.nextMarker();
            page = s3.listObjects(
                    b -> b.bucket(bucket).delimiter("/").maxKeys(1).marker(marker));
        }
        assertThat(seen).containsExactly("a/", "b", "c/", "d");
    }

    @Test
    void shouldStartAfterAKey() {
        putAll("a", "b", "c", "c/d");
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket).startAfter("b")).contents())
                .extracting(S3Object::key)
                .containsExactly("c", "c/d");
        assertThat(s3.listObjectsV2(b -> b.bucket(bucket).startAfter("bb")).contents())
                .hasSize(2);
        assertThat(s3.listObjects(b -> b.bucket(bucket).marker("c")).contents())
                .extracting(S3Object::key)
                .containsExactly("c/d");
    }

    @Test
    void shouldReturnAtMost1000KeysAPage() {
        java.util.stream.IntStream.range(0, 1003).parallel().forEach(i -> put("k%04d".formatted(i), ""));
        var page = s3.listObjectsV2(b -> b.bucket(bucket).maxKeys(5000));
        assertThat(page.contents()).hasSize(1000);
        assertThat(page.isTruncated()).isTrue();
        assertThat(page.maxKeys()).isEqualTo(1000);
        assertThat(s3.listObjectsV2Paginator(b -> b.bucket(bucket)).contents()).hasSize(1003);
    }

    @Test
    void shouldReturnNothingWhenNothingIsWanted() {
        putAll("a");
        var page = s3.listObjectsV2(b -> b.bucket(bucket).maxKeys(0));
        assertThat(page.contents()).isEmpty();
        assertThat(page.isTruncated()).isFalse();
        refused(
                400,
                "InvalidArgument",
                () -> s3.listObjectsV2(b -> b.bucket(bucket).maxKeys(-1)));
        refused(
                400,
                "InvalidArgument",
                () -> s3.listObjectsV2(b -> b.bucket(bucket).continuationToken("not a token")));
    }
}
