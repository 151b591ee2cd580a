package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.Checksums;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectsTest {
    private final S3Bench s3 = new S3Bench();

    @BeforeEach
    void createBucket() throws Exception {
        s3.put("/b", "");
        s3.put("/bucket", "");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8 << 10, (8 << 10) + 1, 300_000, 3_000_000})
    void shouldReturnWhatWasPut(int length) throws Exception {
        byte[] bytes = S3Bench.pattern(length);
        var put = s3.put("/bucket/key", bytes);
        assertThat(put.status()).isEqualTo(200);
        assertThat(put.header("x-amz-checksum-crc64nvme"))
                .isEqualTo(RequestChecksum.encode(Checksums.of(ChecksumAlgorithm.CRC64NVME, ByteBuffer.wrap(bytes))));
        var got = s3.get("/bucket/key");
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.complete()).isTrue();
        assertThat(got.body()).isEqualTo(bytes);
        assertThat(got.header("etag")).isEqualTo(put.header("etag"));
        assertThat(got.header("content-type")).isEqualTo("binary/octet-stream");
        assertThat(got.headers().contains("x-amz-checksum-crc64nvme")).isFalse();
        var head = s3.head("/bucket/key", "x-amz-checksum-mode", "ENABLED");
        assertThat(head.contentLength()).isEqualTo(length);
        assertThat(head.header("x-amz-checksum-crc64nvme")).isEqualTo(put.header("x-amz-checksum-crc64nvme"));
        assertThat(head.header("x-amz-checksum-type")).isEqualTo("FULL_OBJECT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "a//b",
                "/a",
                "a/../b",
                "..",
                "a%2Fb",
                "a%252Fb",
                "a/",
                "a+b",
                "a%20b",
                "%F0%9F%98%80",
                "%01",
                "a%3Fb",
                "%26%3C%3E"
            })
    void shouldKeepKeysByteForByte(String path) throws Exception {
        s3.put("/bucket/" + path, path);
        assertThat(s3.get("/bucket/" + path).text()).isEqualTo(path);
        var listed = s3.get("/bucket?list-type=2&encoding-type=url");
        assertThat(listed.element("KeyCount")).isEqualTo("1");
        assertThat(Query.parse("k=" + listed.element("Key")).bytes("k")).contains(Percent.decode(path, false));
    }

    @Test
    void shouldRefuseWhatCannotBeAKey() throws Exception {
        var tooLong = s3.put("/bucket/" + "k".repeat(1_025), "");
        assertThat(tooLong.code()).isEqualTo("KeyTooLongError");
        assertThat(tooLong.element("MaxSizeAllowed")).isEqualTo("1024");
        assertThat(s3.put("/bucket/" + "k".repeat(1_024), "").status()).isEqualTo(200);
        assertThat(s3.put("/bucket/%FF", "").code()).isEqualTo("InvalidURI");
        assertThat(s3.put("/bucket/a%00", "").code()).isEqualTo("InvalidArgument");
    }

    @Test
    void shouldFindTheBucketInTheHost() throws Exception {
        s3.sendTo("bucket.s3.example.com", "PUT", "/bucket/x", new byte[] {1});
        assertThat(s3.get("/bucket/bucket/x").status()).isEqualTo(200);
        assertThat(s3.sendTo("bucket.localhost", "GET", "/bucket/x", new byte[0])
                        .status())
                .isEqualTo(200);
        assertThat(s3.sendTo("127.0.0.1", "GET", "/bucket/bucket/x", new byte[0])
                        .status())
                .isEqualTo(200);
        assertThat(s3.sendTo("s3.example.com", "GET", "/bucket/bucket/x", new byte[0])
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldReturnHeadersAsTheyWereGiven() throws Exception {
        s3.put(
                "/bucket/key",
                "x",
                "content-type",
                "text/plain",
                "cache-control",
                "no-cache",
                "content-encoding",
                "aws-chunked,gzip",
                "x-amz-meta-color",
                "blue",
                "x-amz-storage-class",
                "STANDARD_IA",
                "x-amz-tagging",
                "a=1&b=two+words");
        var got = s3.get("/bucket/key");
        assertThat(got.header("content-type")).isEqualTo("text/plain");
        assertThat(got.header("cache-control")).isEqualTo("no-cache");
        assertThat(got.header("content-encoding")).isEqualTo("gzip");
        assertThat(got.header("x-amz-meta-color")).isEqualTo("blue");
        assertThat(got.header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
        assertThat(got.header("x-amz-tagging-count")).isEqualTo("2");
        assertThat(s3.get("/bucket/key?tagging").text()).contains("<Value>two words</Value>");
        var overridden = s3.get("/bucket/key?response-content-type=a%2Fb&response-expires=never");
        assertThat(overridden.header("content-type")).isEqualTo("a/b");
        assertThat(overridden.header("expires")).isEqualTo("never");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 206, 0, 1",
        "bytes=10-19, 206, 10, 20",
        "bytes=90-, 206, 90, 100",
        "bytes=90-1000, 206, 90, 100",
        "bytes=-5, 206, 95, 100",
        "bytes=-500, 206, 0, 100",
        "'bytes=0-1,5-6', 200, 0, 100",
        "bytes=5-4, 200, 0, 100",
        "lines=1-2, 200, 0, 100",
        "bytes=x-2, 200, 0, 100"
    })
    void shouldAnswerARange(String range, int status, int from, int to) throws Exception {
        byte[] bytes = S3Bench.pattern(100);
        s3.put("/bucket/key", bytes);
        var got = s3.get("/bucket/key", "range", range);
        assertThat(got.status()).isEqualTo(status);
        assertThat(got.body()).isEqualTo(S3Bench.range(bytes, from, to));
        if (status == 206) {
            assertThat(got.header("content-range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/100");
        }
    }

    @Test
    void shouldAnswerARangeOfALargeObject() throws Exception {
        byte[] bytes = S3Bench.pattern(1_000_000);
        s3.put("/bucket/key", bytes);
        assertThat(s3.get("/bucket/key", "range", "bytes=262143-786433").body())
                .isEqualTo(S3Bench.range(bytes, 262_143, 786_434));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void shouldRefuseARangeThatIsNotThere(String range) throws Exception {
        s3.put("/bucket/key", S3Bench.pattern(100));
        var got = s3.get("/bucket/key", "range", range);
        assertThat(got.status()).isEqualTo(416);
        assertThat(got.code()).isEqualTo("InvalidRange");
        assertThat(got.element("ActualObjectSize")).isEqualTo("100");
    }

    @Test
    void shouldWeighConditionsAsS3Does() throws Exception {
        String etag = s3.put("/bucket/key", "x").header("etag");
        String past = "Sat, 01 Jan 2000 00:00:00 GMT";
        String future = "Fri, 01 Jan 2100 00:00:00 GMT";
        assertThat(s3.get("/bucket/key", "if-match", etag).status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key", "if-match", "\"no\"").status()).isEqualTo(412);
        assertThat(s3.get("/bucket/key", "if-match", "\"no\"").element("Condition"))
                .isEqualTo("If-Match");
        var same = s3.get("/bucket/key", "if-none-match", etag);
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.header("etag")).isEqualTo(etag);
        assertThat(s3.get("/bucket/key", "if-none-match", "\"no\"").status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key", "if-modified-since", past).status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key", "if-modified-since", future).status()).isEqualTo(304);
        assertThat(s3.get("/bucket/key", "if-unmodified-since", past).status()).isEqualTo(412);
        assertThat(s3.get("/bucket/key", "if-match", etag, "if-unmodified-since", past)
                        .status())
                .isEqualTo(200);
        assertThat(s3.get("/bucket/key", "if-none-match", "\"no\"", "if-modified-since", future)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldWriteOnlyUnderTheCondition() throws Exception {
        assertThat(s3.put("/bucket/key", "1", "if-match", "\"x\"").code()).isEqualTo("NoSuchKey");
        String etag = s3.put("/bucket/key", "1", "if-none-match", "*").header("etag");
        assertThat(s3.put("/bucket/key", "2", "if-none-match", "*").status()).isEqualTo(412);
        assertThat(s3.put("/bucket/key", "2", "if-match", "\"x\"").status()).isEqualTo(412);
        assertThat(s3.put("/bucket/key", "2", "if-match", etag).status()).isEqualTo(200);
        assertThat(s3.put("/bucket/key", "2", "if-none-match", "\"x\"").status())
                .isEqualTo(501);
        assertThat(s3.delete("/bucket/key", "if-match", etag).status()).isEqualTo(412);
        assertThat(s3.delete("/bucket/key", "x-amz-if-match-size", "7").status())
                .isEqualTo(412);
        assertThat(s3.delete("/bucket/key", "x-amz-if-match-size", "1").status())
                .isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource({
        "content-md5, 1B2M2Y8AsgTpgAmY7PhCfg==, 400, BadDigest",
        "content-md5, abc, 400, InvalidDigest",
        "x-amz-checksum-crc32, AAAAAA==, 400, BadDigest",
        "x-amz-checksum-crc32, AAAA, 400, InvalidRequest",
        "x-amz-checksum-sha512, AAAA, 501, NotImplemented",
        "x-amz-sdk-checksum-algorithm, CRC32, 400, InvalidRequest",
        "x-amz-trailer, x-amz-foo, 400, InvalidRequest",
        "x-amz-storage-class, WARM, 400, InvalidStorageClass",
        "x-amz-tagging, a=1&a=2, 400, InvalidArgument",
        "x-amz-tagging, aws:a=1, 400, InvalidTag",
        "x-amz-acl, public-read, 501, NotImplemented",
        "x-amz-grant-read, id=1, 501, NotImplemented",
        "x-amz-server-side-encryption, aws:kms, 501, NotImplemented",
        "x-amz-server-side-encryption-customer-algorithm, AES256, 501, NotImplemented",
        "x-amz-object-lock-mode, GOVERNANCE, 501, NotImplemented"
    })
    void shouldRefuseAPut(String header, String value, int status, String code) throws Exception {
        var answer = s3.put("/bucket/key", "body", header, value);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(s3.head("/bucket/key").status()).isEqualTo(404);
    }

    @Test
    void shouldLeaveNothingOfARefusedPut() throws Exception {
        s3.put("/bucket/key", S3Bench.pattern(500_000), "content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==");
        assertThat(s3.store.list(new io.flywheel.base.ShardId(new io.flywheel.base.BlockId(0, 1, 0), 0), 10))
                .isEmpty();
    }

    @Test
    void shouldRefuseTooMuchMetadata() throws Exception {
        assertThat(s3.put("/bucket/key", "", "x-amz-meta-a", "v".repeat(2_047)).status())
                .isEqualTo(200);
        assertThat(s3.put("/bucket/key", "", "x-amz-meta-a", "v".repeat(2_048)).code())
                .isEqualTo("MetadataTooLarge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"})
    void shouldKeepTheChecksumThatWasGiven(String name) throws Exception {
        var algorithm = ChecksumAlgorithm.valueOf(name);
        byte[] bytes = S3Bench.pattern(5_000);
        String value = RequestChecksum.encode(Checksums.of(algorithm, ByteBuffer.wrap(bytes)));
        assertThat(s3.put("/bucket/key", bytes, algorithm.header(), value).status())
                .isEqualTo(200);
        assertThat(s3.get("/bucket/key", "x-amz-checksum-mode", "ENABLED").header(algorithm.header()))
                .isEqualTo(value);
        assertThat(s3.get("/bucket/key?attributes", "x-amz-object-attributes", "Checksum,ObjectSize,ETag")
                        .text())
                .contains("<Checksum" + name + ">" + value + "</Checksum" + name + ">")
                .contains("<ObjectSize>5000</ObjectSize>");
    }

    @Test
    void shouldSayThatTheDiskIsFull() throws Exception {
        s3.store.limit(1_000);
        var answer = s3.put("/bucket/key", S3Bench.pattern(400_000));
        assertThat(answer.status()).isEqualTo(507);
        assertThat(answer.code()).isEqualTo("InsufficientStorage");
    }

    @Test
    void shouldRefuseASelfCopyThatChangesNothing() throws Exception {
        s3.put("/bucket/key", "x", "x-amz-meta-a", "1");
        assertThat(s3.put("/bucket/key", "", "x-amz-copy-source", "/bucket/key").code())
                .isEqualTo("InvalidRequest");
        assertThat(s3.put(
                                "/bucket/key",
                                "",
                                "x-amz-copy-source",
                                "bucket/key",
                                "x-amz-metadata-directive",
                                "REPLACE",
                                "x-amz-meta-b",
                                "2")
                        .status())
                .isEqualTo(200);
        assertThat(s3.head("/bucket/key").header("x-amz-meta-b")).isEqualTo("2");
        assertThat(s3.head("/bucket/key").headers().contains("x-amz-meta-a")).isFalse();
    }

    @Test
    void shouldCopyBytesAndMetadata() throws Exception {
        byte[] bytes = S3Bench.pattern(700_000);
        s3.put("/bucket/a%20b", bytes, "x-amz-meta-a", "1", "content-type", "x/y", "x-amz-tagging", "t=1");
        var copied = s3.put("/bucket/copy", "", "x-amz-copy-source", "bucket/a%20b");
        assertThat(copied.text())
                .contains("<CopyObjectResult")
                .contains("<ETag>&quot;")
                .contains("ChecksumCRC64NVME");
        var got = s3.get("/bucket/copy");
        assertThat(got.body()).isEqualTo(bytes);
        assertThat(got.header("x-amz-meta-a")).isEqualTo("1");
        assertThat(got.header("content-type")).isEqualTo("x/y");
        assertThat(got.header("x-amz-tagging-count")).isEqualTo("1");
        assertThat(s3.put("/bucket/c", "", "x-amz-copy-source", "bucket").code())
                .isEqualTo("InvalidArgument");
        assertThat(s3.put("/bucket/c", "", "x-amz-copy-source", "bucket/none").code())
                .isEqualTo("NoSuchKey");
        assertThat(s3.put(
                                "/bucket/c",
                                "",
                                "x-amz-copy-source",
                                "bucket/copy",
                                "x-amz-copy-source-if-none-match",
                                got.header("etag"))
                        .status())
                .isEqualTo(412);
    }

    @Test
    void shouldSayThatObjectSubresourcesAreNotImplemented() throws Exception {
        s3.put("/bucket/key", "x");
        for (String subresource : new String[] {"acl", "retention", "legal-hold", "torrent", "select", "restore"}) {
            assertThat(s3.get("/bucket/key?" + subresource).status())
                    .as(subresource)
                    .isEqualTo(501);
        }
    }

    @Test
    void shouldKeepObjectTags() throws Exception {
        s3.put("/bucket/key", "x");
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        assertThat(s3.put("/bucket/key?tagging", tags).status()).isEqualTo(200);
        assertThat(s3.get("/bucket/key?tagging").text()).contains("<Key>a</Key>");
        assertThat(s3.delete("/bucket/key?tagging").status()).isEqualTo(204);
        assertThat(s3.get("/bucket/key?tagging").text()).contains("<TagSet></TagSet>");
        assertThat(s3.put("/bucket/none?tagging", tags).code()).isEqualTo("NoSuchKey");
    }

    @Test
    void shouldTakeHeadersFromThePresignedQuery() throws Exception {
        s3.put("/bucket/key?X-Amz-Algorithm=x&x-amz-meta-color=blue&x-amz-storage-class=STANDARD_IA", "x");
        var head = s3.head("/bucket/key");
        assertThat(head.header("x-amz-meta-color")).isEqualTo("blue");
        assertThat(head.header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
        assertThat(s3.put("/bucket/key?x-amz-acl=public-read", "x").status()).isEqualTo(501);
    }
}
