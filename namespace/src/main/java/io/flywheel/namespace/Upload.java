package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import java.util.Optional;

/// A multipart upload in progress, or the one a version was completed from.
///
/// @param checksum the algorithm chosen at creation, where one was
/// @param checksumType how the whole's checksum is made
/// @param completed the version it became, once completed
public record Upload(
        UploadId id,
        String bucket,
        Bytes key,
        AccountId owner,
        long begunMillis,
        Attributes attributes,
        Optional<ChecksumAlgorithm> checksum,
        ObjectChecksum.Type checksumType,
        Optional<VersionId> completed) {
    Upload completedAs(VersionId version) {
        return new Upload(
                id, bucket, key, owner, begunMillis, attributes, checksum, checksumType, Optional.of(version));
    }
}
