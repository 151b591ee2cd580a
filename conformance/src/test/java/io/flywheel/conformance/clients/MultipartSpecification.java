package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;
import software.amazon.awssdk.services.s3.model.Part;

/// Multipart uploads.
abstract class MultipartSpecification extends Specification {

    private static final int PART_BYTES_MIN = 5 << 20;

    MultipartSpecification(Supplier<S3Client> client) {
        super(client);
    }

    private String begin(String key) {
        return s3.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId();
    }

    private CompletedPart part(String key, String upload, int number, byte[] bytes) {
        String eTag = s3.uploadPart(
                        b -> b.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                        RequestBody.fromBytes(bytes))
                .eTag();
        return CompletedPart.builder().partNumber(number).eTag(eTag).build();
    }

    private CompleteMultipartUploadResponse complete(String key, String upload, List<CompletedPart> parts) {
        return s3.completeMultipartUpload(
                b -> b.bucket(bucket).key(key).uploadId(upload).multipartUpload(u -> u.parts(parts)));
    }

    private static byte[] concatenated(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    @Test
    void shouldJoinItsPartsInTheOrderOfTheirNumbers() throws Exception {
        byte[] first = new Content(1, PART_BYTES_MIN).bytes();
        byte[] second = new Content(2, PART_BYTES_MIN + 17).bytes();
        byte[] last = new Content(3, 100).bytes();
        String upload = s3.createMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .contentType("text/x-parts")
                        .metadata(Map.of("colour", "red"))
                        .tagging("k=v"))
                .uploadId();
        CompletedPart three = part("key", upload, 9000, last);
        CompletedPart one = part("key", upload, 2, first);
        CompletedPart two = part("key", upload, 5, second);
        refused(404, "NoSuchKey", () -> read("key"));

        var answer = complete("key", upload, List.of(one, two, three));
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        for (byte[] piece : List.of(first, second, last)) {
            md5.update(MessageDigest.getInstance("MD5").digest(piece));
        }
        assertThat(answer.eTag()).isEqualTo(quoted(HexFormat.of().formatHex(md5.digest()) + "-3"));
        assertThat(answer.bucket()).isEqualTo(bucket);
        assertThat(answer.key()).isEqualTo("key");
        assertThat(answer.location()).isNotBlank();

        byte[] whole = concatenated(first, second, last);
        var found = read("key");
        assertThat(Arrays.equals(found.asByteArray(), whole)).isTrue();
        assertThat(found.response().eTag()).isEqualTo(answer.eTag());
        assertThat(found.response().contentType()).isEqualTo("text/x-parts");
        assertThat(found.response().metadata()).containsEntry("colour", "red");
        assertThat(found.response().tagCount()).isEqualTo(1);

        int seam = PART_BYTES_MIN;
        byte[] across = s3.getObjectAsBytes(
                        b -> b.bucket(bucket).key("key").range("bytes=" + (seam - 10) + "-" + (seam + 9)))
                .asByteArray();
        assertThat(across).isEqualTo(Arrays.copyOfRange(whole, seam - 10, seam + 10));
        readByParts(second, answer.eTag());
    }

    /// A part keeps the number under which it was uploaded.
    private void readByParts(byte[] second, String eTag) {
        var head = s3.headObject(b -> b.bucket(bucket).key("key").partNumber(5));
        assertThat(head.contentLength()).isEqualTo(second.length);
        assertThat(head.partsCount()).isEqualTo(3);
        assertThat(head.eTag()).isEqualTo(eTag);
        byte[] part = s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").partNumber(5))
                .asByteArray();
        assertThat(Arrays.equals(part, second)).isTrue();
        refused(
                416,
                "InvalidPartNumber",
                () -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").partNumber(4)));
        var attributes = s3.getObjectAttributes(
                b -> b.bucket(bucket).key("key").objectAttributes(ObjectAttributes.OBJECT_PARTS));
        assertThat(attributes.objectParts().totalPartsCount()).isEqualTo(3);
    }

    @Test
    void shouldCompleteAgainWithTheSameAnswer() {
        String upload = begin("key");
        List<CompletedPart> parts = List.of(part("key", upload, 1, new byte[] {1, 2, 3}));
        var first = complete("key", upload, parts);
        var second = complete("key", upload, parts);
        assertThat(second.eTag()).isEqualTo(first.eTag());
        assertThat(read("key").asByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void shouldReplaceAPartThatIsUploadedAgain() {
        String upload = begin("key");
        CompletedPart stale = part("key", upload, 1, new byte[] {1});
        CompletedPart fresh = part("key", upload, 1, new byte[] {2});
        refused(400, "InvalidPart", () -> complete("key", upload, List.of(stale)));
        complete("key", upload, List.of(fresh));
        assertThat(read("key").asByteArray()).containsExactly(2);
    }

    @Test
    void shouldRefuseAWrongListOfParts() {
        String upload = begin("key");
        CompletedPart one = part("key", upload, 1, new byte[100]);
        CompletedPart two = part("key", upload, 2, new byte[100]);
        CompletedPart missing =
                CompletedPart.builder().partNumber(3).eTag(two.eTag()).build();
        refused(400, "InvalidPartOrder", () -> complete("key", upload, List.of(two, one)));
        refused(400, "InvalidPart", () -> complete("key", upload, List.of(one, missing)));
        refused(400, "EntityTooSmall", () -> complete("key", upload, List.of(one, two)));
        refused(400, "MalformedXML", () -> complete("key", upload, List.of()));
        complete("key", upload, List.of(two));
        assertThat(read("key").asByteArray()).hasSize(100);
    }

    @Test
    void shouldRefuseAPartNumberOutOfRange() {
        String upload = begin("key");
        refused(400, "InvalidArgument", () -> part("key", upload, 0, new byte[1]));
        refused(400, "InvalidArgument", () -> part("key", upload, 10_001, new byte[1]));
        part("key", upload, 10_000, new byte[1]);
    }

    @Test
    void shouldForgetAnAbortedUpload() {
        String upload = begin("key");
        CompletedPart one = part("key", upload, 1, new byte[100]);
        s3.abortMultipartUpload(b -> b.bucket(bucket).key("key").uploadId(upload));
        refused(404, "NoSuchUpload", () -> part("key", upload, 2, new byte[100]));
        refused(404, "NoSuchUpload", () -> complete("key", upload, List.of(one)));
        refused(
                404,
                "NoSuchUpload",
                () -> s3.listParts(b -> b.bucket(bucket).key("key").uploadId(upload)));
        refused(
                404,
                "NoSuchUpload",
                () -> s3.abortMultipartUpload(b -> b.bucket(bucket).key("key").uploadId("never-was")));
        assertThat(s3.listMultipartUploads(b -> b.bucket(bucket)).uploads()).isEmpty();
    }

    @Test
    void shouldPageParts() {
        String upload = begin("key");
        for (int number = 1; number <= 5; number++) {
            part("key", upload, number * 2, new byte[number]);
        }
        List<Part> parts = new ArrayList<>();
        var page =
                s3.listParts(b -> b.bucket(bucket).key("key").uploadId(upload).maxParts(2));
        parts.addAll(page.parts());
        while (page.isTruncated()) {
            int marker = page.nextPartNumberMarker();
            page = s3.listParts(b ->
                    b.bucket(bucket).key("key").uploadId(upload).maxParts(2).partNumberMarker(marker));
            parts.addAll(page.parts());
        }
        assertThat(parts).extracting(Part::partNumber).containsExactly(2, 4, 6, 8, 10);
        assertThat(parts).extracting(Part::size).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(parts.getFirst().eTag()).isEqualTo(quoted(Content.md5(new byte[1])));
    }

    @Test
    void shouldPageUploadsByKeyAndFold() {
        begin("a/1");
        begin("a/2");
        String b1 = begin("b");
        String b2 = begin("b");
        begin("c");
        var folded = s3.listMultipartUploads(b -> b.bucket(bucket).delimiter("/"));
        assertThat(folded.commonPrefixes()).extracting(p -> p.prefix()).containsExactly("a/");
        assertThat(folded.uploads()).extracting(MultipartUpload::key).containsExactly("b", "b", "c");

        List<MultipartUpload> seen = new ArrayList<>();
        var page = s3.listMultipartUploads(b -> b.bucket(bucket).maxUploads(2));
        seen.addAll(page.uploads());
        while (page.isTruncated()) {
            String key = page.nextKeyMarker();
            String id = page.nextUploadIdMarker();
            page = s3.listMultipartUploads(
                    b -> b.bucket(bucket).maxUploads(2).keyMarker(key).uploadIdMarker(id));
            seen.addAll(page.uploads());
        }
        assertThat(seen).extracting(MultipartUpload::key).containsExactly("a/1", "a/2", "b", "b", "c");
        assertThat(seen).extracting(MultipartUpload::uploadId).contains(b1, b2).doesNotHaveDuplicates();
    }

    @Test
    void shouldTakeAPartFromAnotherObject() {
        byte[] source = new Content(5, PART_BYTES_MIN + 1000).bytes();
        put("from", source);
        String upload = begin("key");
        var first = s3.uploadPartCopy(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .destinationBucket(bucket)
                .destinationKey("key")
                .uploadId(upload)
                .partNumber(1));
        var second = s3.uploadPartCopy(b -> b.sourceBucket(bucket)
                .sourceKey("from")
                .copySourceRange("bytes=100-299")
                .destinationBucket(bucket)
                .destinationKey("key")
                .uploadId(upload)
                .partNumber(2));
        refused(
                400,
                "InvalidArgument",
                () -> s3.uploadPartCopy(b -> b.sourceBucket(bucket)
                        .sourceKey("from")
                        .copySourceRange("bytes=100-")
                        .destinationBucket(bucket)
                        .destinationKey("key")
                        .uploadId(upload)
                        .partNumber(3)));
        complete(
                "key",
                upload,
                List.of(
                        CompletedPart.builder()
                                .partNumber(1)
                                .eTag(first.copyPartResult().eTag())
                                .build(),
                        CompletedPart.builder()
                                .partNumber(2)
                                .eTag(second.copyPartResult().eTag())
                                .build()));
        s3.deleteObject(b -> b.bucket(bucket).key("from"));
        assertThat(Arrays.equals(read("key").asByteArray(), concatenated(source, Arrays.copyOfRange(source, 100, 300))))
                .isTrue();
    }

    @Test
    void shouldCompleteOnlyWhatIsNotThereWhenAsked() {
        put("key", "first");
        String upload = begin("key");
        List<CompletedPart> parts = List.of(part("key", upload, 1, new byte[] {1}));
        refused(
                412,
                "PreconditionFailed",
                () -> s3.completeMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .uploadId(upload)
                        .ifNoneMatch("*")
                        .multipartUpload(u -> u.parts(parts))));
        assertThat(text("key")).isEqualTo("first");
        complete("key", upload, parts);
        assertThat(read("key").asByteArray()).containsExactly(1);
    }

    @Test
    void shouldMakeOneVersionWhenCompleted() {
        versioning(BucketVersioningStatus.ENABLED);
        String before = put("key", "before").versionId();
        String upload = begin("key");
        String version = complete("key", upload, List.of(part("key", upload, 1, new byte[] {1})))
                .versionId();
        assertThat(version).isNotBlank();
        assertThat(text("key", before)).isEqualTo("before");
        assertThat(s3.listObjectVersions(b -> b.bucket(bucket)).versions()).hasSize(2);
    }
}
