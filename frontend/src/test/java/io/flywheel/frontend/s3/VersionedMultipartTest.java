package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Multipart uploads where versioning is enabled, and where it is suspended.
class VersionedMultipartTest {
    private static final int PART_BYTES = 5 << 20;
    private static final byte[] BYTES = S3Bench.pattern(PART_BYTES + 1_000);

    private final S3Bench s3 = new S3Bench();

    @BeforeEach
    void createVersionedBucket() throws Exception {
        s3.put("/bucket", "");
        versioning("Enabled");
    }

    private void versioning(String status) throws Exception {
        var set = s3.put(
                "/bucket?versioning",
                "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>");
        assertThat(set.status()).isEqualTo(200);
    }

    private String create() throws Exception {
        return s3.post("/bucket/key?uploads", "").element("UploadId");
    }

    private FakeExchange.Answer part(String upload, int number, byte[] bytes) throws Exception {
        return s3.put("/bucket/key?partNumber=" + number + "&uploadId=" + upload, bytes);
    }

    private FakeExchange.Answer complete(String upload, String... etags) throws Exception {
        var body = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < etags.length; i++) {
            body.append("<Part><PartNumber>" + (i + 1) + "</PartNumber><ETag>" + etags[i] + "</ETag></Part>");
        }
        return s3.post("/bucket/key?uploadId=" + upload, body + "</CompleteMultipartUpload>");
    }

    /// Uploads {@link #BYTES} in two parts.
    private FakeExchange.Answer upload() throws Exception {
        String upload = create();
        String first = part(upload, 1, S3Bench.range(BYTES, 0, PART_BYTES)).header("etag");
        String second =
                part(upload, 2, S3Bench.range(BYTES, PART_BYTES, BYTES.length)).header("etag");
        return complete(upload, first, second);
    }

    @Test
    void shouldMakeAVersionOfItsOwnWhenVersioningIsEnabled() throws Exception {
        String before = s3.put("/bucket/key", "before").header("x-amz-version-id");
        var completed = upload();
        assertThat(completed.status()).isEqualTo(200);
        String version = completed.header("x-amz-version-id");
        assertThat(version).hasSize(32).isNotEqualTo(before);
        assertThat(s3.get("/bucket/key").body()).isEqualTo(BYTES);
        assertThat(s3.get("/bucket/key").header("x-amz-version-id")).isEqualTo(version);
        assertThat(s3.get("/bucket/key?versionId=" + before).text()).isEqualTo("before");
        assertThat(s3.get("/bucket/key?partNumber=2&versionId=" + version).body())
                .hasSize(1_000);

        String again = upload().header("x-amz-version-id");
        assertThat(again).hasSize(32).isNotEqualTo(version);
        assertThat(s3.delete("/bucket/key?versionId=" + again).header("x-amz-version-id"))
                .isEqualTo(again);
        assertThat(s3.get("/bucket/key").header("x-amz-version-id")).isEqualTo(version);
        assertThat(s3.get("/bucket/key").body()).isEqualTo(BYTES);
    }

    @Test
    void shouldAnswerTheSameVersionWhenCompletedAgain() throws Exception {
        String upload = create();
        String etag = part(upload, 1, S3Bench.pattern(100)).header("etag");
        String version = complete(upload, etag).header("x-amz-version-id");
        assertThat(complete(upload, etag).header("x-amz-version-id")).isEqualTo(version);
        String listed = s3.get("/bucket?versions").text();
        assertThat(listed.split("<Version>", -1)).hasSize(2);
    }

    @Test
    void shouldNameNoVersionWithAPart() throws Exception {
        String upload = create();
        var part = part(upload, 1, S3Bench.pattern(100));
        assertThat(part.status()).isEqualTo(200);
        assertThat(part.headers().contains("x-amz-version-id")).isFalse();
        assertThat(s3.get("/bucket?versions").text()).doesNotContain("<Version>");
    }

    @Test
    void shouldReplaceTheNullVersionWhenVersioningIsSuspended() throws Exception {
        String kept = s3.put("/bucket/key", "kept").header("x-amz-version-id");
        versioning("Suspended");
        assertThat(s3.put("/bucket/key", "null version").header("x-amz-version-id"))
                .isEqualTo("null");
        var completed = upload();
        assertThat(completed.header("x-amz-version-id")).isEqualTo("null");
        assertThat(s3.get("/bucket/key?versionId=null").body()).isEqualTo(BYTES);
        assertThat(s3.get("/bucket/key?versionId=" + kept).text()).isEqualTo("kept");
        assertThat(upload().header("x-amz-version-id")).isEqualTo("null");
        assertThat(s3.get("/bucket?versions").text().split("<Version>", -1)).hasSize(3);
    }

    @Test
    void shouldTakeAnUploadThatBeganUnderAnotherVersioning() throws Exception {
        String upload = create();
        String etag = part(upload, 1, S3Bench.pattern(100)).header("etag");
        versioning("Suspended");
        assertThat(complete(upload, etag).header("x-amz-version-id")).isEqualTo("null");
        String later = create();
        etag = part(later, 1, S3Bench.pattern(200)).header("etag");
        versioning("Enabled");
        assertThat(complete(later, etag).header("x-amz-version-id")).hasSize(32);
        assertThat(s3.get("/bucket/key?versionId=null").body()).hasSize(100);
    }

    @Test
    void shouldCopyAPartOfANamedVersion() throws Exception {
        String old = s3.put("/bucket/source", S3Bench.pattern(300_000)).header("x-amz-version-id");
        String current = s3.put("/bucket/source", "newer").header("x-amz-version-id");
        String upload = create();
        var copied = s3.put(
                "/bucket/key?partNumber=1&uploadId=" + upload,
                "",
                "x-amz-copy-source",
                "/bucket/source?versionId=" + old,
                "x-amz-copy-source-range",
                "bytes=100-200099");
        assertThat(copied.status()).isEqualTo(200);
        assertThat(copied.header("x-amz-copy-source-version-id")).isEqualTo(old);
        var completed = complete(upload, copied.element("ETag").replace("&quot;", ""));
        assertThat(completed.status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key").body()).isEqualTo(S3Bench.range(S3Bench.pattern(300_000), 100, 200_100));

        var newest = s3.put("/bucket/key?partNumber=1&uploadId=" + create(), "", "x-amz-copy-source", "/bucket/source");
        assertThat(newest.header("x-amz-copy-source-version-id")).isEqualTo(current);
    }

    @Test
    void shouldRefuseToCopyAPartOfADeleteMarker() throws Exception {
        s3.put("/bucket/source", "bytes");
        String marker = s3.delete("/bucket/source").header("x-amz-version-id");
        String target = "/bucket/key?partNumber=1&uploadId=" + create();
        assertThat(s3.put(target, "", "x-amz-copy-source", "/bucket/source").code())
                .isEqualTo("NoSuchKey");
        assertThat(s3.put(target, "", "x-amz-copy-source", "/bucket/source?versionId=" + marker)
                        .status())
                .isEqualTo(400);
    }
}
