package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredSummary;
import io.flywheel.namespace.record.StoredVersion;
import java.util.Optional;
import java.util.function.LongPredicate;

/// The commands that change the versions of a key.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html">S3: how versioning
///     works</a>
final class ObjectChanges {
    private final Step step;
    private final StoredBucket bucket;
    private final LongPredicate leaseOpen;

    ObjectChanges(Step step, StoredBucket bucket, LongPredicate leaseOpen) {
        this.step = step;
        this.bucket = bucket;
        this.leaseOpen = leaseOpen;
    }

    Outcome put(Command.PutObject put) {
        if (!Rules.validKey(put.key()) || put.content() instanceof Content.Parts) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Optional<Outcome.Refused> unmet = unmet(put.condition(), put.key());
        if (unmet.isPresent()) {
            return unmet.get();
        }
        if (put.content() instanceof Content.Blocks && !leaseOpen.test(put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        return write(
                put.key(),
                new Version.ObjectVersion(
                        new VersionId(step.position, put.nonce()),
                        bucket.bucket().versioning() != Versioning.ENABLED,
                        bucket.bucket().owner(),
                        put.stamp().unixMillis(),
                        put.sizeBytes(),
                        put.etag(),
                        put.checksum(),
                        0,
                        put.attributes(),
                        put.content()));
    }

    Optional<Outcome.Refused> unmet(Condition condition, Bytes key) {
        return condition.equals(Condition.NONE)
                ? Optional.empty()
                : Rules.unmet(condition, step.rows.existing(bucket, key));
    }

    /// Makes it the newest version; a null version takes the place of the earlier one.
    Outcome write(Bytes key, Version.ObjectVersion version) {
        if (version.isNull()) {
            removeNull(key);
            putNull(key, version);
        }
        step.keep(
                version.content(),
                Keys.versionPayload(step.position),
                new StoredOwner.OfVersion(bucket.id(), version.id(), Optional.of(key)));
        putVersion(key, version, StoredVersion.large(version.content()));
        step.changes.put(Table.CURRENT, Keys.key(bucket.id(), key), StoredSummary.encode(version));
        return new Outcome.ObjectPut(version, bucket.bucket().versioning());
    }

    Outcome delete(Command.DeleteObject delete) {
        if (!Rules.validKey(delete.key())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        boolean namesNull = delete.version() instanceof VersionSelector.Null;
        Optional<VersionId> named =
                delete.version() instanceof VersionSelector.Exactly(VersionId id) ? Optional.of(id) : Optional.empty();
        if (!delete.condition().equals(Condition.NONE)) {
            Optional<Rules.Existing> existing = existing(delete);
            if (existing.isEmpty() && Rules.needsObject(delete.condition())) {
                return new Outcome.ObjectDeleted(Optional.empty(), named, namesNull);
            }
            Optional<Outcome.Refused> unmet = Rules.unmet(delete.condition(), existing);
            if (unmet.isPresent()) {
                return unmet.get();
            }
        }
        if (delete.version() instanceof VersionSelector.Current) {
            return deleteCurrent(delete);
        }
        Optional<StoredVersion> found = step.rows.version(bucket, delete.key(), delete.version());
        found.ifPresent(version -> {
            remove(delete.key(), version);
            promote(delete.key(), version.version().id().position());
        });
        return new Outcome.ObjectDeleted(
                found.map(StoredVersion::version)
                        .filter(Version.DeleteMarker.class::isInstance)
                        .map(Version.DeleteMarker.class::cast),
                named.or(() -> found.map(version -> version.version().id())),
                namesNull);
    }

    private Optional<Rules.Existing> existing(Command.DeleteObject delete) {
        return delete.version() instanceof VersionSelector.Current
                ? step.rows.existing(bucket, delete.key())
                : step.rows
                        .version(bucket, delete.key(), delete.version())
                        .flatMap(StoredVersion::object)
                        .map(object -> new Rules.Existing(object.etag(), object.modifiedMillis(), object.sizeBytes()));
    }

    private Outcome deleteCurrent(Command.DeleteObject delete) {
        Versioning versioning = bucket.bucket().versioning();
        if (versioning != Versioning.ENABLED) {
            removeNull(delete.key());
        }
        if (step.rows.currentPosition(bucket.id(), delete.key()) >= 0) {
            step.changes.remove(Table.CURRENT, Keys.key(bucket.id(), delete.key()));
        }
        if (versioning == Versioning.UNVERSIONED) {
            return new Outcome.ObjectDeleted(Optional.empty(), Optional.empty(), false);
        }
        boolean isNull = versioning == Versioning.SUSPENDED;
        Version.DeleteMarker marker = new Version.DeleteMarker(
                new VersionId(step.position, delete.nonce()),
                isNull,
                bucket.bucket().owner(),
                delete.stamp().unixMillis());
        putVersion(delete.key(), marker, false);
        if (isNull) {
            putNull(delete.key(), marker);
        }
        return new Outcome.ObjectDeleted(Optional.of(marker), Optional.empty(), false);
    }

    Outcome setTags(Command.SetObjectTags set) {
        boolean current = set.version() instanceof VersionSelector.Current;
        Optional<StoredVersion> found = step.rows.version(bucket, set.key(), set.version());
        if (found.isEmpty()) {
            return Rules.refused(current ? Refusal.NO_SUCH_KEY : Refusal.NO_SUCH_VERSION);
        }
        return switch (found.get().version()) {
            case Version.DeleteMarker _ -> Rules.refused(current ? Refusal.NO_SUCH_KEY : Refusal.METHOD_NOT_ALLOWED);
            case Version.ObjectVersion object -> {
                putVersion(set.key(), object.withTags(set.tags()), found.get().elsewhere());
                yield new Outcome.TagsSet(
                        object.id(), object.isNull(), bucket.bucket().versioning());
            }
        };
    }

    private void putVersion(Bytes key, Version version, boolean elsewhere) {
        step.changes.put(
                Table.VERSIONS,
                Keys.version(bucket.id(), key, version.id().position()),
                new StoredVersion(version, elsewhere).encode());
    }

    private void putNull(Bytes key, Version version) {
        step.changes.put(
                Table.NULLS, Keys.key(bucket.id(), key), StoredNull.of(version).encode());
    }

    private void removeNull(Bytes key) {
        step.rows.nullVersion(bucket.id(), key).ifPresent(old -> {
            if (old.content() == StoredNull.Place.BLOCKS) {
                step.rows.version(bucket.id(), key, old.position()).ifPresent(stored -> remove(key, stored));
            } else {
                removeRows(key, old.position(), true, old.content() == StoredNull.Place.OWN_ROW);
            }
        });
    }

    /// Removes a version's own rows and frees its content; what is current is left to the caller.
    private void remove(Bytes key, StoredVersion stored) {
        long position = stored.version().id().position();
        stored.object().flatMap(object -> step.rows.content(stored, object)).ifPresent(step::free);
        removeRows(key, position, stored.version().isNull(), stored.elsewhere());
    }

    private void removeRows(Bytes key, long position, boolean isNull, boolean elsewhere) {
        step.changes.remove(Table.VERSIONS, Keys.version(bucket.id(), key, position));
        if (elsewhere) {
            step.changes.remove(Table.PAYLOADS, Keys.versionPayload(position));
        }
        if (isNull) {
            step.changes.remove(Table.NULLS, Keys.key(bucket.id(), key));
        }
    }

    /// After the removal of one version: where it was the newest, the next one takes its place.
    private void promote(Bytes key, long removedPosition) {
        long current = step.rows.currentPosition(bucket.id(), key);
        if (current >= 0 && current != removedPosition) {
            return;
        }
        byte[] row = Keys.key(bucket.id(), key);
        // Without a live object something above the removed version may hide what is below it.
        Optional<StoredVersion> newest = bucket.bucket().versioning() == Versioning.UNVERSIONED
                ? Optional.empty()
                : step.rows.newestBelow(bucket.id(), key, current >= 0 ? removedPosition : Long.MAX_VALUE);
        Optional<Version.ObjectVersion> object = newest.flatMap(StoredVersion::object);
        if (object.isPresent()) {
            step.changes.put(Table.CURRENT, row, StoredSummary.encode(object.get()));
        } else if (current >= 0) {
            step.changes.remove(Table.CURRENT, row);
        }
    }
}
