package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.Outcome.Refusal;
import java.util.Optional;

/// The rules of S3 that need no state: shared by every form of the namespace, so that they agree by construction.
final class Rules {
    static final int BUCKETS_MAX = 10_000;
    static final int KEY_BYTES_MAX = 1024;
    static final int BUCKET_NAME_CHARS_MAX = 255;
    static final int PAGE_MAX = 1000;

    /// Answers that are remembered: those of the last this many positions.
    static final int REMEMBERED = 16_384;

    /// Blocks in one entry of the deletion queue.
    static final int DELETION_BLOCKS_MAX = 1024;

    /// What a condition is held against.
    record Existing(String etag, long modifiedMillis, long sizeBytes) {}

    private Rules() {}

    /// Why the write must not happen; empty when it may.
    static Optional<Outcome.Refused> unmet(Condition condition, Optional<Existing> existing) {
        if (condition.equals(Condition.NONE)) {
            return Optional.empty();
        }
        boolean needsObject = needsObject(condition);
        if (existing.isEmpty()) {
            return needsObject ? Optional.of(refused(Refusal.NO_SUCH_KEY)) : Optional.empty();
        }
        Existing object = existing.get();
        boolean holds = !condition.ifNoneMatch()
                && condition
                        .ifMatch()
                        .map(etag -> etag.equals("*") || etag.equals(object.etag()))
                        .orElse(true)
                && condition
                        .ifModifiedAt()
                        .map(seconds -> seconds == Math.floorDiv(object.modifiedMillis(), 1000L))
                        .orElse(true)
                && condition.ifSize().map(bytes -> bytes == object.sizeBytes()).orElse(true);
        return holds ? Optional.empty() : Optional.of(refused(Refusal.PRECONDITION_FAILED));
    }

    /// Whether it can only hold for an object that exists. A delete under such a condition of an object that does not
    /// exist succeeds and does nothing.
    static boolean needsObject(Condition condition) {
        return condition.ifMatch().isPresent()
                || condition.ifModifiedAt().isPresent()
                || condition.ifSize().isPresent();
    }

    static boolean validKey(Bytes key) {
        return !key.isEmpty() && key.length() <= KEY_BYTES_MAX;
    }

    static boolean validBucket(String name) {
        return !name.isEmpty() && name.length() <= BUCKET_NAME_CHARS_MAX;
    }

    static boolean validPart(Part part, Upload upload) {
        int checksumBytes = upload.checksum()
                .orElse(io.flywheel.base.ChecksumAlgorithm.CRC64NVME)
                .lengthBytes();
        return part.number() >= 1
                && part.number() <= Assembly.PARTS_MAX
                && part.etag().length() == 32
                && part.etag().chars().allMatch(c -> Character.digit(c, 16) >= 0)
                && (part.checksum().isEmpty() || part.checksum().get().length() == checksumBytes)
                && !(part.content() instanceof Content.Parts);
    }

    /// Hashes cannot be composed into one of the whole, and S3 has no composite CRC64NVME.
    static boolean validChecksum(Command.CreateUpload create) {
        return create.checksum()
                .map(algorithm -> switch (algorithm) {
                    case CRC32, CRC32C -> true;
                    case CRC64NVME -> create.checksumType() == ObjectChecksum.Type.FULL_OBJECT;
                    case SHA1, SHA256 -> create.checksumType() == ObjectChecksum.Type.COMPOSITE;
                })
                .orElse(true);
    }

    /// The common prefix that {@code key} belongs to in a listing, where it belongs to one.
    static Optional<Bytes> commonPrefix(Bytes key, Bytes prefix, Bytes delimiter) {
        if (delimiter.isEmpty()) {
            return Optional.empty();
        }
        int at = key.indexOf(delimiter, prefix.length());
        return at < 0 ? Optional.empty() : Optional.of(key.slice(0, at + delimiter.length()));
    }

    /// Whether a listing that goes on after {@code marker} has the whole common prefix {@code marker} behind it.
    static boolean isCommonPrefix(Bytes marker, Bytes prefix, Bytes delimiter) {
        return marker.startsWith(prefix)
                && commonPrefix(marker, prefix, delimiter)
                        .map(common -> common.length() == marker.length())
                        .orElse(false);
    }

    static boolean remembered(Command.Stamp stamp) {
        return stamp.requestHigh() != 0 || stamp.requestLow() != 0;
    }

    /// What is remembered of an answer: an object without attributes and content.
    static Outcome abridged(Outcome outcome) {
        return outcome instanceof Outcome.ObjectPut(var version, var versioning)
                ? new Outcome.ObjectPut(abridged(version), versioning)
                : outcome;
    }

    static Version.ObjectVersion abridged(Version.ObjectVersion version) {
        return new Version.ObjectVersion(
                version.id(),
                version.isNull(),
                version.owner(),
                version.modifiedMillis(),
                version.sizeBytes(),
                version.etag(),
                version.checksum(),
                version.partCount(),
                new Attributes(
                        java.util.List.of(),
                        java.util.List.of(),
                        java.util.List.of(),
                        version.attributes().storageClass()),
                Content.EMPTY);
    }

    static Outcome.Refused refused(Refusal refusal) {
        return new Outcome.Refused(refusal, "");
    }
}
