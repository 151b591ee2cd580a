package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.Checksums;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MultipartTest {
    private static final int PART_BYTES = 5 << 20;

    private final S3Bench s3 = new S3Bench();

    @BeforeEach
    void createBucket() throws Exception {
        s3.put("/bucket", "");
    }

    private String create(String... headers) throws Exception {
        var created = s3.send("POST", "/bucket/key?uploads", new byte[0], headers);
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.element("Key")).isEqualTo("key");
        return created.element("UploadId");
    }

    private String part(String upload, int number, byte[] bytes) throws Exception {
        var put = s3.put("/bucket/key?partNumber=" + number + "&uploadId=" + upload, bytes);
        assertThat(put.status()).isEqualTo(200);
        return put.header("etag");
    }

    private static String listed(int number, String etag) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }

    private FakeExchange.Answer complete(String upload, String parts, String... headers) throws Exception {
        String body = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
        return s3.post("/bucket/key?uploadId=" + upload, body, headers);
    }

    @Test
    void shouldMakeOneObjectOfParts() throws Exception {
        byte[] bytes = S3Bench.pattern(PART_BYTES + 1_000);
        String upload = create("content-type", "x/y");
        String first = part(upload, 1, S3Bench.range(bytes, 0, PART_BYTES));
        String second = part(upload, 7, S3Bench.range(bytes, PART_BYTES, bytes.length));
        assertThat(s3.head("/bucket/key").status()).isEqualTo(404);
        assertThat(s3.get("/bucket?uploads").text()).contains("<UploadId>" + upload + "</UploadId>");
        assertThat(s3.get("/bucket/key?uploadId=" + upload).text())
                .contains("<PartNumber>7</PartNumber>")
                .contains("<Size>1000</Size>");
        var completed = complete(upload, listed(1, first) + listed(7, second));
        assertThat(completed.status()).isEqualTo(200);
        String etag = completed.element("ETag").replace("&quot;", "");
        assertThat(etag).endsWith("-2");
        assertThat(complete(upload, listed(1, first) + listed(7, second)).element("ETag"))
                .contains(etag);
        var got = s3.get("/bucket/key", "x-amz-checksum-mode", "ENABLED");
        assertThat(got.body()).isEqualTo(bytes);
        assertThat(got.header("content-type")).isEqualTo("x/y");
        assertThat(got.header("x-amz-checksum-crc64nvme"))
                .isEqualTo(RequestChecksum.encode(Checksums.of(ChecksumAlgorithm.CRC64NVME, ByteBuffer.wrap(bytes))));
        var part = s3.get("/bucket/key?partNumber=7");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("x-amz-mp-parts-count")).isEqualTo("2");
        assertThat(part.body()).isEqualTo(S3Bench.range(bytes, PART_BYTES, bytes.length));
        assertThat(s3.get("/bucket/key?partNumber=2").code()).isEqualTo("InvalidPartNumber");
        assertThat(s3.get("/bucket/key", "range", "bytes=5242870-5242890").body())
                .isEqualTo(S3Bench.range(bytes, 5_242_870, 5_242_891));
        assertThat(s3.get("/bucket/key?attributes", "x-amz-object-attributes", "ObjectParts")
                        .text())
                .contains("<PartsCount>2</PartsCount>")
                .contains("<PartNumber>7</PartNumber><Size>1000</Size>");
    }

    @Test
    void shouldRefuseWhatDoesNotFitTogether() throws Exception {
        String upload = create();
        String first = part(upload, 1, new byte[10]);
        String second = part(upload, 2, new byte[10]);
        assertThat(complete(upload, listed(2, second) + listed(1, first)).code())
                .isEqualTo("InvalidPartOrder");
        assertThat(complete(upload, listed(1, first) + listed(2, second)).code())
                .isEqualTo("EntityTooSmall");
        assertThat(complete(upload, listed(3, first)).code()).isEqualTo("InvalidPart");
        assertThat(complete(upload, listed(1, "\"" + "0".repeat(32) + "\"")).code())
                .isEqualTo("InvalidPart");
        assertThat(complete(upload, "").code()).isEqualTo("MalformedXML");
        assertThat(complete("0".repeat(31) + "1", listed(1, first)).code()).isEqualTo("NoSuchUpload");
        assertThat(s3.put("/bucket/key?partNumber=0&uploadId=" + upload, "x").code())
                .isEqualTo("InvalidArgument");
        assertThat(s3.put("/bucket/key?partNumber=10001&uploadId=" + upload, "x")
                        .code())
                .isEqualTo("InvalidArgument");
    }

    @Test
    void shouldForgetAnAbortedUpload() throws Exception {
        String upload = create();
        part(upload, 1, new byte[10]);
        assertThat(s3.delete("/bucket/key?uploadId=" + upload).status()).isEqualTo(204);
        assertThat(s3.get("/bucket/key?uploadId=" + upload).code()).isEqualTo("NoSuchUpload");
        assertThat(s3.put("/bucket/key?partNumber=1&uploadId=" + upload, "x").code())
                .isEqualTo("NoSuchUpload");
    }

    @Test
    void shouldComposeChecksumsAsAsked() throws Exception {
        byte[] bytes = S3Bench.pattern(100_000);
        String crc = RequestChecksum.encode(Checksums.of(ChecksumAlgorithm.CRC32, ByteBuffer.wrap(bytes)));
        String whole = create("x-amz-checksum-algorithm", "CRC32", "x-amz-checksum-type", "FULL_OBJECT");
        String etag = part(whole, 1, bytes);
        assertThat(complete(whole, listed(1, etag), "x-amz-checksum-crc32", "AAAAAA==")
                        .code())
                .isEqualTo("BadDigest");
        assertThat(complete(whole, listed(1, etag), "x-amz-checksum-crc32", crc).element("ChecksumCRC32"))
                .isEqualTo(crc);
        String composite = create("x-amz-checksum-algorithm", "SHA256");
        etag = part(composite, 1, bytes);
        assertThat(complete(composite, listed(1, etag)).code()).isEqualTo("InvalidRequest");
        String sha = RequestChecksum.encode(Checksums.of(ChecksumAlgorithm.SHA256, ByteBuffer.wrap(bytes)));
        String part = listed(1, etag).replace("</Part>", "<ChecksumSHA256>" + sha + "</ChecksumSHA256></Part>");
        assertThat(complete(composite, part).element("ChecksumSHA256")).endsWith("-1");
        assertThat(s3.send(
                                "POST",
                                "/bucket/key?uploads",
                                new byte[0],
                                "x-amz-checksum-algorithm",
                                "SHA256",
                                "x-amz-checksum-type",
                                "FULL_OBJECT")
                        .code())
                .isEqualTo("InvalidRequest");
    }

    @Test
    void shouldCopyAPartOfAnObject() throws Exception {
        byte[] bytes = S3Bench.pattern(400_000);
        s3.put("/bucket/source", bytes);
        String upload = create();
        String target = "/bucket/key?partNumber=1&uploadId=" + upload;
        var copied = s3.put(
                target, "", "x-amz-copy-source", "/bucket/source", "x-amz-copy-source-range", "bytes=100000-300000");
        assertThat(copied.status()).isEqualTo(200);
        assertThat(complete(upload, listed(1, copied.element("ETag"))).status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key").body()).isEqualTo(Arrays.copyOfRange(bytes, 100_000, 300_001));
        String another = create();
        assertThat(s3.put(
                                "/bucket/key?partNumber=1&uploadId=" + another,
                                "",
                                "x-amz-copy-source",
                                "/bucket/source",
                                "x-amz-copy-source-range",
                                "bytes=100000-400000")
                        .code())
                .isEqualTo("InvalidArgument");
    }
}
