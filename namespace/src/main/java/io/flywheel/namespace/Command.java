package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import java.util.List;
import java.util.Optional;

/// A change of the namespace. It carries everything that deciding it needs: {@code apply} reads no clock and draws no
/// randomness, so that every replica decides the same.
public sealed interface Command {
    Stamp stamp();

    /// @param requestHigh with {@code requestLow} names the attempt by 128 random bits; a retry carries the same; both
    ///     0: the answer is not remembered
    /// @param unixMillis when the frontend decided to make the change
    /// @param account who asks
    record Stamp(long requestHigh, long requestLow, long unixMillis, AccountId account) {}

    record CreateBucket(Stamp stamp, String bucket, String region) implements Command {}

    /// Refused unless there are no versions and no uploads in progress.
    record DeleteBucket(Stamp stamp, String bucket) implements Command {}

    /// @param versioning ENABLED or SUSPENDED
    record SetVersioning(Stamp stamp, String bucket, Versioning versioning) implements Command {}

    /// An empty list removes the tags.
    record SetBucketTags(Stamp stamp, String bucket, List<Tag> tags) implements Command {}

    /// Commits an object whose bytes are persistent.
    ///
    /// @param nonce for the version id
    /// @param lease the write lease of the blocks; refused when it is closed
    record PutObject(
            Stamp stamp,
            String bucket,
            Bytes key,
            long nonce,
            long lease,
            Condition condition,
            long sizeBytes,
            String etag,
            Optional<ObjectChecksum> checksum,
            Attributes attributes,
            Content content)
            implements Command {}

    /// Deletes as S3 does: without a version makes a delete marker where versioning says so, otherwise removes the
    /// version.
    record DeleteObject(Stamp stamp, String bucket, Bytes key, VersionSelector version, long nonce, Condition condition)
            implements Command {}

    /// An empty list removes the tags.
    record SetObjectTags(Stamp stamp, String bucket, Bytes key, VersionSelector version, List<Tag> tags)
            implements Command {}

    record CreateUpload(
            Stamp stamp,
            String bucket,
            Bytes key,
            UploadId upload,
            Attributes attributes,
            Optional<ChecksumAlgorithm> checksum,
            ObjectChecksum.Type checksumType)
            implements Command {}

    /// Commits a part whose bytes are persistent; an earlier part of the same number is queued for deletion.
    record PutPart(Stamp stamp, String bucket, Bytes key, UploadId upload, long lease, Part part) implements Command {}

    /// Makes the listed parts an object without copying them. The state machine checks numbers (rising), ETags,
    /// sizes (at least 5 MiB but the last) and checksums, and computes ETag and checksum of the whole. Parts not
    /// listed are queued for deletion. Repeating it with the same parts after success succeeds with the same
    /// answer.
    ///
    /// @param checksum what the client says the whole's checksum is; must match
    /// @param sizeBytes what the client says the whole's size is ({@code x-amz-mp-object-size}); must match
    record CompleteUpload(
            Stamp stamp,
            String bucket,
            Bytes key,
            UploadId upload,
            List<ListedPart> parts,
            long nonce,
            Condition condition,
            Optional<Bytes> checksum,
            Optional<Long> sizeBytes)
            implements Command {
        /// @param etag without quotes
        public record ListedPart(int number, String etag, Optional<Bytes> checksum) {}
    }

    record AbortUpload(Stamp stamp, String bucket, Bytes key, UploadId upload) implements Command {}

    /// Opens a new write lease and closes all earlier ones of the same holder.
    record OpenLease(Stamp stamp, String holder) implements Command {}

    /// The entries' bytes are gone from the disks: forget them.
    record Reclaimed(Stamp stamp, List<Entry> entries) implements Command {
        /// Names a {@link Deletion}.
        public record Entry(long position, int ordinal) {}
    }

    /// The bytes of these parts of an upload that is queued for deletion are gone from the disks: forget the parts.
    record ForgetParts(Stamp stamp, UploadId upload, List<Integer> numbers) implements Command {}
}
