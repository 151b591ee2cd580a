package io.flywheel.namespace;

import java.util.List;
import java.util.Optional;

/// One version of a key: an object, or a delete marker.
public sealed interface Version {
    VersionId id();

    /// Whether S3 calls it {@code null}: written while the bucket was unversioned or suspended.
    boolean isNull();

    AccountId owner();

    /// Unix milliseconds.
    long modifiedMillis();

    /// @param etag without quotes, for example 32 hexadecimal digits, or those and {@code -N}
    /// @param checksum the checksum S3 keeps, where there is one
    /// @param partCount the parts of a multipart object, otherwise 0
    record ObjectVersion(
            VersionId id,
            boolean isNull,
            AccountId owner,
            long modifiedMillis,
            long sizeBytes,
            String etag,
            Optional<ObjectChecksum> checksum,
            int partCount,
            Attributes attributes,
            Content content)
            implements Version {
        ObjectVersion withTags(List<Tag> tags) {
            return with(attributes.withTags(tags), content);
        }

        ObjectVersion withContent(Content newContent) {
            return with(attributes, newContent);
        }

        private ObjectVersion with(Attributes newAttributes, Content newContent) {
            return new ObjectVersion(
                    id, isNull, owner, modifiedMillis, sizeBytes, etag, checksum, partCount, newAttributes, newContent);
        }
    }

    record DeleteMarker(VersionId id, boolean isNull, AccountId owner, long modifiedMillis) implements Version {}
}
