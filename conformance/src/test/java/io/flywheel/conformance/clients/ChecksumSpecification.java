package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectAttributes;

/// Checksums that a client sends, and gets back.
abstract class ChecksumSpecification extends Specification {

    private static final String CHECK = "123456789";
    private static final int PART_BYTES_MIN = 5 << 20;

    ChecksumSpecification(Supplier<S3Client> client) {
        super(client);
    }

    /// The published check values of each algorithm for the input `123456789`, in base 64.
    private static String checkValue(ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> "y/Q5Jg==";
            case CRC32_C -> "4waSgw==";
            case CRC64_NVME -> "rosUhgp5mIg=";
            case SHA1 -> "98O8HYCOBHMq32eZZczDTKeuNEE=";
            case SHA256 -> "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=";
            default -> throw new IllegalArgumentException(algorithm.toString());
        };
    }

    private static @Nullable String of(HeadObjectResponse head, ChecksumAlgorithm algorithm) {
        return switch (algorithm) {
            case CRC32 -> head.checksumCRC32();
            case CRC32_C -> head.checksumCRC32C();
            case CRC64_NVME -> head.checksumCRC64NVME();
            case SHA1 -> head.checksumSHA1();
            case SHA256 -> head.checksumSHA256();
            default -> throw new IllegalArgumentException(algorithm.toString());
        };
    }

    private HeadObjectResponse head() {
        return s3.headObject(b -> b.bucket(bucket).key("key").checksumMode(ChecksumMode.ENABLED));
    }

    @ParameterizedTest
    @EnumSource(
            value = ChecksumAlgorithm.class,
            names = {"CRC32", "CRC32_C", "CRC64_NVME", "SHA1", "SHA256"})
    void shouldKeepTheChecksumOfAnObject(ChecksumAlgorithm algorithm) {
        s3.putObject(b -> b.bucket(bucket).key("key").checksumAlgorithm(algorithm), RequestBody.fromString(CHECK));
        HeadObjectResponse head = head();
        assertThat(of(head, algorithm)).isEqualTo(checkValue(algorithm));
        assertThat(head.checksumType()).isEqualTo(ChecksumType.FULL_OBJECT);
        assertThat(of(s3.headObject(b -> b.bucket(bucket).key("key")), algorithm))
                .isNull();
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").checksumMode(ChecksumMode.ENABLED))
                        .asUtf8String())
                .isEqualTo(CHECK);
    }

    @Test
    void shouldTakeAChecksumInAHeader() {
        s3.putObject(
                b -> b.bucket(bucket).key("key").checksumSHA256(checkValue(ChecksumAlgorithm.SHA256)),
                RequestBody.fromString(CHECK));
        assertThat(head().checksumSHA256()).isEqualTo(checkValue(ChecksumAlgorithm.SHA256));
    }

    @Test
    void shouldRefuseBytesThatDoNotMatchTheirChecksum() {
        refused(
                400,
                "BadDigest",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("key").checksumSHA256(checkValue(ChecksumAlgorithm.SHA256)),
                        RequestBody.fromString("other bytes")));
        refused(
                400,
                "BadDigest",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("key").contentMD5("CY9rzUYh03PK3k6DJie09g=="),
                        RequestBody.fromString("other bytes")));
        refused(
                400,
                "InvalidDigest",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("key").contentMD5("not-a-digest"),
                        RequestBody.fromString("other bytes")));
        refused(404, "NoSuchKey", () -> read("key"));
    }

    @Test
    void shouldGiveAnObjectCrc64OrWhatTheClientSent() {
        put("key", CHECK);
        HeadObjectResponse head = head();
        // This SDK adds CRC32 by itself, the CRT CRC64NVME; without either the server computes CRC64NVME.
        assertThat(List.of(String.valueOf(head.checksumCRC32()), String.valueOf(head.checksumCRC64NVME())))
                .containsAnyOf(checkValue(ChecksumAlgorithm.CRC32), checkValue(ChecksumAlgorithm.CRC64_NVME));
    }

    private List<CompletedPart> twoParts(String upload, ChecksumAlgorithm algorithm) {
        List<CompletedPart> parts = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            int number = i;
            var answer = s3.uploadPart(
                    b -> b.bucket(bucket)
                            .key("key")
                            .uploadId(upload)
                            .partNumber(number)
                            .checksumAlgorithm(algorithm),
                    RequestBody.fromBytes(piece(number)));
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(answer.eTag())
                    .checksumCRC32(answer.checksumCRC32())
                    .checksumCRC32C(answer.checksumCRC32C())
                    .checksumCRC64NVME(answer.checksumCRC64NVME())
                    .checksumSHA1(answer.checksumSHA1())
                    .checksumSHA256(answer.checksumSHA256())
                    .build());
        }
        return parts;
    }

    private static byte[] piece(int number) {
        return new Content(number, number == 1 ? PART_BYTES_MIN : 1000).bytes();
    }

    @Test
    void shouldComposeAChecksumOfTheChecksumsOfParts() throws Exception {
        String upload = s3.createMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .checksumType(ChecksumType.COMPOSITE))
                .uploadId();
        List<CompletedPart> parts = twoParts(upload, ChecksumAlgorithm.SHA256);
        var answer = s3.completeMultipartUpload(
                b -> b.bucket(bucket).key("key").uploadId(upload).multipartUpload(u -> u.parts(parts)));
        MessageDigest outer = MessageDigest.getInstance("SHA-256");
        outer.update(MessageDigest.getInstance("SHA-256").digest(piece(1)));
        outer.update(MessageDigest.getInstance("SHA-256").digest(piece(2)));
        String expected = Base64.getEncoder().encodeToString(outer.digest()) + "-2";
        assertThat(answer.checksumSHA256()).isEqualTo(expected);
        assertThat(answer.checksumType()).isEqualTo(ChecksumType.COMPOSITE);
        assertThat(head().checksumSHA256()).isEqualTo(expected);
        assertThat(head().checksumType()).isEqualTo(ChecksumType.COMPOSITE);
    }

    @Test
    void shouldComposeTheChecksumOfTheWholeFromTheCrcsOfParts() {
        String upload = s3.createMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .checksumAlgorithm(ChecksumAlgorithm.CRC32)
                        .checksumType(ChecksumType.FULL_OBJECT))
                .uploadId();
        List<CompletedPart> parts = twoParts(upload, ChecksumAlgorithm.CRC32);
        CRC32 crc = new CRC32();
        crc.update(piece(1));
        crc.update(piece(2));
        byte[] value =
                java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        String expected = Base64.getEncoder().encodeToString(value);
        refused(
                400,
                "BadDigest",
                () -> s3.completeMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .uploadId(upload)
                        .checksumType(ChecksumType.FULL_OBJECT)
                        .checksumCRC32("AAAAAA==")
                        .multipartUpload(u -> u.parts(parts))));
        var answer = s3.completeMultipartUpload(b -> b.bucket(bucket)
                .key("key")
                .uploadId(upload)
                .checksumType(ChecksumType.FULL_OBJECT)
                .checksumCRC32(expected)
                .multipartUpload(u -> u.parts(parts)));
        assertThat(answer.checksumCRC32()).isEqualTo(expected);
        assertThat(head().checksumCRC32()).isEqualTo(expected);
        assertThat(head().checksumType()).isEqualTo(ChecksumType.FULL_OBJECT);
        var attributes = s3.getObjectAttributes(b ->
                b.bucket(bucket).key("key").objectAttributes(ObjectAttributes.CHECKSUM, ObjectAttributes.OBJECT_PARTS));
        assertThat(attributes.checksum().checksumCRC32()).isEqualTo(expected);
        assertThat(attributes.objectParts().totalPartsCount()).isEqualTo(2);
    }

    @Test
    void shouldRefuseAFullObjectChecksumOfAHashThatCannotBeComposed() {
        refused(
                400,
                "InvalidRequest",
                () -> s3.createMultipartUpload(b -> b.bucket(bucket)
                        .key("key")
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .checksumType(ChecksumType.FULL_OBJECT)));
    }
}
