package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.KeyValues.Broken;
import io.flywheel.namespace.keyvalue.Reads;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredContent;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredSummary;
import io.flywheel.namespace.record.StoredUpload;
import io.flywheel.namespace.record.StoredVersion;
import java.util.Optional;

/// The tables' rows as values. A row that cannot be decoded means that the tables are damaged.
final class Rows {
    private final Reads reads;

    Rows(Reads reads) {
        this.reads = reads;
    }

    /// Decodes a row's value, or its key.
    interface Decoding<T> {
        T decode(byte[] value) throws MalformedRecord;
    }

    static <T> T decoded(byte[] value, Table table, Decoding<T> decoding) {
        try {
            return decoding.decode(value);
        } catch (MalformedRecord e) {
            throw new Broken("a damaged row in table " + table, e);
        }
    }

    private <T> Optional<T> row(Table table, byte[] key, Decoding<T> decoding) {
        byte[] value = reads.get(table, key);
        return value == null ? Optional.empty() : Optional.of(decoded(value, table, decoding));
    }

    Optional<StoredBucket> bucket(String name) {
        return row(Table.BUCKETS, Keys.text(name), StoredBucket::decode);
    }

    long number(Table table, byte[] key, long otherwise) {
        byte[] value = reads.get(table, key);
        return value == null ? otherwise : decoded(value, table, Keys::number);
    }

    /// The position of the live object; -1 when there is none.
    long currentPosition(long bucket, Bytes key) {
        return row(Table.CURRENT, Keys.key(bucket, key), StoredSummary::position)
                .orElse(-1L);
    }

    Optional<Rules.Existing> existing(StoredBucket bucket, Bytes key) {
        return row(
                        Table.CURRENT,
                        Keys.key(bucket.id(), key),
                        value ->
                                StoredSummary.decode(value, key, bucket.bucket().owner()))
                .map(object -> new Rules.Existing(object.etag(), object.modifiedMillis(), object.sizeBytes()));
    }

    Optional<StoredNull> nullVersion(long bucket, Bytes key) {
        return row(Table.NULLS, Keys.key(bucket, key), StoredNull::decode);
    }

    Optional<StoredVersion> version(long bucket, Bytes key, long position) {
        return row(Table.VERSIONS, Keys.version(bucket, key, position), StoredVersion::decode);
    }

    /// The newest version below a position.
    Optional<StoredVersion> newestBelow(long bucket, Bytes key, long position) {
        return reads.first(
                        Table.VERSIONS,
                        Keys.version(bucket, key, position - 1),
                        Keys.pastPrefix(Keys.terminated(bucket, key)))
                .map(found -> decoded(found.value(), Table.VERSIONS, StoredVersion::decode));
    }

    /// The version that is meant, without content that is stored elsewhere.
    Optional<StoredVersion> version(StoredBucket bucket, Bytes key, VersionSelector selector) {
        switch (selector) {
            case VersionSelector.Exactly(VersionId id) -> {
                return version(bucket.id(), key, id.position())
                        .filter(found -> found.version().id().equals(id));
            }
            case VersionSelector.Null() -> {
                return nullVersion(bucket.id(), key).flatMap(found -> version(bucket.id(), key, found.position()));
            }
            case VersionSelector.Current() -> {
                long position = currentPosition(bucket.id(), key);
                if (position >= 0) {
                    return version(bucket.id(), key, position);
                }
                // Without a live object an unversioned bucket has nothing under the key; another may have a marker.
                return bucket.bucket().versioning() == Versioning.UNVERSIONED
                        ? Optional.empty()
                        : newestBelow(bucket.id(), key, Long.MAX_VALUE);
            }
        }
    }

    /// The content of an object, from where it is stored; empty when it was removed meanwhile.
    Optional<Content> content(StoredVersion stored, Version.ObjectVersion object) {
        return stored.elsewhere()
                ? row(Table.PAYLOADS, Keys.versionPayload(object.id().position()), StoredContent::decode)
                : Optional.of(object.content());
    }

    Optional<StoredUpload> upload(UploadId id) {
        return row(Table.UPLOADS, Keys.upload(id), StoredUpload::decode);
    }

    Optional<StoredPart> storedPart(UploadId id, int number) {
        return row(Table.PARTS, Keys.part(id, number), StoredPart::decode);
    }

    Content content(UploadId id, StoredPart stored) {
        return stored.elsewhere()
                ? row(Table.PAYLOADS, Keys.partPayload(id, stored.part().number()), StoredContent::decode)
                        .orElse(Content.EMPTY)
                : stored.part().content();
    }
}
