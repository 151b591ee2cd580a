package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VersionsTest {
    private final S3Bench s3 = new S3Bench();

    @BeforeEach
    void createVersionedBucket() throws Exception {
        s3.put("/bucket", "");
        s3.put("/bucket/key", "before");
        versioning("Enabled");
    }

    private void versioning(String status) throws Exception {
        s3.put(
                "/bucket?versioning",
                "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>");
    }

    @Test
    void shouldKeepEveryVersion() throws Exception {
        String first = s3.put("/bucket/key", "1").header("x-amz-version-id");
        String second = s3.put("/bucket/key", "2").header("x-amz-version-id");
        assertThat(first).hasSize(32).isNotEqualTo(second);
        assertThat(s3.get("/bucket/key").text()).isEqualTo("2");
        assertThat(s3.get("/bucket/key").header("x-amz-version-id")).isEqualTo(second);
        assertThat(s3.get("/bucket/key?versionId=" + first).text()).isEqualTo("1");
        var oldest = s3.get("/bucket/key?versionId=null");
        assertThat(oldest.text()).isEqualTo("before");
        assertThat(oldest.header("x-amz-version-id")).isEqualTo("null");
        String listed = s3.get("/bucket?versions").text();
        assertThat(listed.indexOf(second)).isBetween(0, listed.indexOf(first));
        assertThat(listed.indexOf(first)).isLessThan(listed.indexOf("<VersionId>null</VersionId>"));
        assertThat(s3.get("/bucket?versions&max-keys=1").element("NextVersionIdMarker"))
                .isEqualTo(second);
        assertThat(s3.get("/bucket?versions&max-keys=1&key-marker=key&version-id-marker=" + second)
                        .element("VersionId"))
                .isEqualTo(first);
    }

    @Test
    void shouldMarkAKeyDeletedAndUndeleteIt() throws Exception {
        var deleted = s3.delete("/bucket/key");
        assertThat(deleted.status()).isEqualTo(204);
        assertThat(deleted.header("x-amz-delete-marker")).isEqualTo("true");
        String marker = deleted.header("x-amz-version-id");
        var gone = s3.get("/bucket/key");
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.code()).isEqualTo("NoSuchKey");
        assertThat(gone.header("x-amz-delete-marker")).isEqualTo("true");
        var named = s3.get("/bucket/key?versionId=" + marker);
        assertThat(named.status()).isEqualTo(405);
        assertThat(named.code()).isEqualTo("MethodNotAllowed");
        assertThat(s3.get("/bucket?versions").text()).contains("<DeleteMarker><Key>key</Key>");
        var undeleted = s3.delete("/bucket/key?versionId=" + marker);
        assertThat(undeleted.header("x-amz-delete-marker")).isEqualTo("true");
        assertThat(s3.get("/bucket/key").text()).isEqualTo("before");
    }

    @Test
    void shouldRefuseVersionsThatAreNone() throws Exception {
        assertThat(s3.get("/bucket/key?versionId=xyz").code()).isEqualTo("InvalidArgument");
        assertThat(s3.get("/bucket/key?versionId=").code()).isEqualTo("InvalidArgument");
        var none = s3.get("/bucket/key?versionId=" + "0".repeat(32));
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.code()).isEqualTo("NoSuchVersion");
    }

    @Test
    void shouldOverwriteTheNullVersionWhenSuspended() throws Exception {
        versioning("Suspended");
        assertThat(s3.put("/bucket/key", "after").header("x-amz-version-id")).isEqualTo("null");
        assertThat(s3.get("/bucket/key?versionId=null").text()).isEqualTo("after");
    }

    @Test
    void shouldDeleteManyAndSayWhatBecameOfEach() throws Exception {
        String version = s3.put("/bucket/other", "1").header("x-amz-version-id");
        String body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>key</Key></Object>"
                + "<Object><Key>other</Key><VersionId>" + version + "</VersionId></Object>"
                + "<Object><Key>other</Key><VersionId>nonsense</VersionId></Object></Delete>";
        assertThat(s3.post("/bucket?delete", body).code()).isEqualTo("InvalidRequest");
        var answer = s3.post("/bucket?delete", body, "content-md5", md5(body));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .contains("<Deleted><Key>key</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>")
                .contains("<Deleted><Key>other</Key><VersionId>" + version + "</VersionId></Deleted>")
                .contains("<Error><Key>other</Key><VersionId>nonsense</VersionId><Code>InvalidArgument</Code>");
        String quiet = "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>";
        assertThat(s3.post("/bucket?delete", quiet, "content-md5", md5(quiet)).text())
                .contains("<DeleteResult")
                .doesNotContain("<Deleted>");
    }

    @Test
    void shouldRefuseToDeleteMoreThanAThousandAtOnce() throws Exception {
        String body = "<Delete>" + "<Object><Key>a</Key></Object>".repeat(1_001) + "</Delete>";
        assertThat(s3.post("/bucket?delete", body, "content-md5", md5(body)).code())
                .isEqualTo("MalformedXML");
    }

    private static String md5(String body) {
        var hasher = io.flywheel.base.Checksums.md5();
        hasher.update(S3Bench.utf8(body).buffer());
        return RequestChecksum.encode(hasher.value());
    }
}
