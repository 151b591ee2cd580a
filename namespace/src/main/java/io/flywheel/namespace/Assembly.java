package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.Checksums;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Command.CompleteUpload.ListedPart;
import io.flywheel.namespace.Outcome.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// What completing an upload makes of the parts listed. Pure; costs the parts, never their bytes.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html">S3:
///     CompleteMultipartUpload</a>
final class Assembly {
    static final int PARTS_MAX = 10_000;
    static final long PART_BYTES_MIN = 5L << 20;
    static final long OBJECT_BYTES_MAX = 50L << 40;

    /// What it came to.
    sealed interface Result {
        record Whole(long sizeBytes, String etag, Optional<ObjectChecksum> checksum, PartLayout layout)
                implements Result {}

        record Refused(Outcome.Refused outcome) implements Result {}
    }

    private Assembly() {}

    /// @param stored the upload's part of a number; its content does not matter
    static Result of(Upload upload, CompleteUpload command, IntFunction<Optional<Part>> stored) {
        if (command.parts().isEmpty() || command.parts().size() > PARTS_MAX) {
            return refused(Refusal.INVALID_REQUEST, "You must specify at least one part and at most 10,000.");
        }
        for (int i = 1; i < command.parts().size(); i++) {
            if (command.parts().get(i).number() <= command.parts().get(i - 1).number()) {
                return refused(Refusal.INVALID_PART_ORDER, "The list of parts was not in ascending order.");
            }
        }
        List<Part> parts = new ArrayList<>(command.parts().size());
        for (ListedPart listed : command.parts()) {
            Optional<Part> part = stored.apply(listed.number());
            if (part.isEmpty() || !matches(listed, part.get())) {
                return refused(Refusal.INVALID_PART, "Part " + listed.number() + " was not found or does not match.");
            }
            if (listed.checksum().isEmpty()
                    && composite(upload)
                    && part.get().checksum().isPresent()) {
                return refused(
                        Refusal.INVALID_REQUEST,
                        "The upload was created using a composite checksum. The complete request must include the"
                                + " checksum for each part. It was missing for part " + listed.number()
                                + " in the request.");
            }
            parts.add(part.get());
        }
        return whole(upload, command, parts);
    }

    private static Result whole(Upload upload, CompleteUpload command, List<Part> parts) {
        int[] numbers = new int[parts.size()];
        long[] ends = new long[parts.size()];
        long sizeBytes = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (i < parts.size() - 1 && part.sizeBytes() < PART_BYTES_MIN) {
                return refused(
                        Refusal.ENTITY_TOO_SMALL,
                        "Part " + part.number() + " is smaller than the minimum of " + PART_BYTES_MIN + " bytes.");
            }
            sizeBytes += part.sizeBytes();
            numbers[i] = part.number();
            ends[i] = sizeBytes;
        }
        if (sizeBytes > OBJECT_BYTES_MAX) {
            return refused(Refusal.ENTITY_TOO_LARGE, "The parts exceed the maximum object size.");
        }
        if (command.sizeBytes().isPresent() && command.sizeBytes().get() != sizeBytes) {
            return refused(
                    Refusal.INVALID_REQUEST,
                    "The provided 'x-amz-mp-object-size' header value "
                            + command.sizeBytes().get() + " does not match what was computed: " + sizeBytes);
        }
        Optional<ObjectChecksum> checksum = checksum(upload, parts);
        if (command.checksum().isPresent() && !command.checksum().equals(checksum.map(ObjectChecksum::value))) {
            return refused(Refusal.BAD_DIGEST, "The checksum you specified did not match what we computed.");
        }
        return new Result.Whole(sizeBytes, etag(parts), checksum, new PartLayout(numbers, ends));
    }

    private static boolean matches(ListedPart listed, Part part) {
        return listed.etag().equalsIgnoreCase(part.etag())
                && (listed.checksum().isEmpty() || listed.checksum().equals(part.checksum()));
    }

    private static boolean composite(Upload upload) {
        return upload.checksum().isPresent() && upload.checksumType() == ObjectChecksum.Type.COMPOSITE;
    }

    /// MD5 of the parts' MD5s, and how many there are.
    private static String etag(List<Part> parts) {
        MessageDigest md5 = digest("MD5");
        for (Part part : parts) {
            md5.update(HexFormat.of().parseHex(part.etag()));
        }
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    /// None when a part has none. Where the client chose no algorithm S3 keeps CRC64NVME over the whole object.
    private static Optional<ObjectChecksum> checksum(Upload upload, List<Part> parts) {
        for (Part part : parts) {
            if (part.checksum().isEmpty()) {
                return Optional.empty();
            }
        }
        ChecksumAlgorithm algorithm = upload.checksum().orElse(ChecksumAlgorithm.CRC64NVME);
        return Optional.of(
                composite(upload)
                        ? new ObjectChecksum(
                                algorithm, ObjectChecksum.Type.COMPOSITE, composite(algorithm, parts), parts.size())
                        : new ObjectChecksum(
                                algorithm, ObjectChecksum.Type.FULL_OBJECT, fullObject(algorithm, parts), 0));
    }

    private static Bytes composite(ChecksumAlgorithm algorithm, List<Part> parts) {
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        for (Part part : parts) {
            values.writeBytes(part.checksum().orElseThrow().toArray());
        }
        return Checksums.of(algorithm, ByteBuffer.wrap(values.toByteArray()));
    }

    private static Bytes fullObject(ChecksumAlgorithm algorithm, List<Part> parts) {
        Bytes crc = parts.getFirst().checksum().orElseThrow();
        for (Part part : parts.subList(1, parts.size())) {
            crc = Checksums.combine(algorithm, crc, part.checksum().orElseThrow(), part.sizeBytes());
        }
        return crc;
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }

    private static Result refused(Refusal refusal, String detail) {
        return new Result.Refused(new Outcome.Refused(refusal, detail));
    }
}
