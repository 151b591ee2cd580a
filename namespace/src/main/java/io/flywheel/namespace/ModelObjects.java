package io.flywheel.namespace;

import io.flywheel.namespace.Command.DeleteObject;
import io.flywheel.namespace.Command.PutObject;
import io.flywheel.namespace.Command.SetObjectTags;
import io.flywheel.namespace.Outcome.Refusal;
import java.util.Optional;

/// How commands change the objects of the model. Every refusal is returned before anything is changed.
final class ModelObjects {
    private final ModelState state;

    ModelObjects(ModelState state) {
        this.state = state;
    }

    Outcome put(PutObject put) {
        ModelBucket bucket = state.buckets.get(put.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(put.key()) || put.content() instanceof Content.Parts) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Optional<Outcome.Refused> unmet =
                Rules.unmet(put.condition(), ModelState.existing(bucket, put.key(), VersionSelector.CURRENT));
        if (unmet.isPresent()) {
            return unmet.get();
        }
        if (state.closed(put.content(), put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        return state.write(
                bucket,
                put.key(),
                new Version.ObjectVersion(
                        new VersionId(state.position, put.nonce()),
                        bucket.bucket.versioning() != Versioning.ENABLED,
                        bucket.bucket.owner(),
                        put.stamp().unixMillis(),
                        put.sizeBytes(),
                        put.etag(),
                        put.checksum(),
                        0,
                        put.attributes(),
                        put.content()));
    }

    Outcome delete(DeleteObject delete) {
        ModelBucket bucket = state.buckets.get(delete.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(delete.key())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Optional<VersionId> named =
                delete.version() instanceof VersionSelector.Exactly(VersionId id) ? Optional.of(id) : Optional.empty();
        boolean namesNull = delete.version() instanceof VersionSelector.Null;
        Optional<Rules.Existing> existing = ModelState.existing(bucket, delete.key(), delete.version());
        if (existing.isEmpty() && Rules.needsObject(delete.condition())) {
            return new Outcome.ObjectDeleted(Optional.empty(), named, namesNull);
        }
        Optional<Outcome.Refused> unmet = Rules.unmet(delete.condition(), existing);
        if (unmet.isPresent()) {
            return unmet.get();
        }
        if (delete.version() instanceof VersionSelector.Current) {
            return deleteCurrent(bucket, delete);
        }
        Optional<Version> version = bucket.version(delete.key(), delete.version());
        version.ifPresent(found -> state.remove(bucket, delete.key(), found));
        return new Outcome.ObjectDeleted(
                version.filter(Version.DeleteMarker.class::isInstance).map(Version.DeleteMarker.class::cast),
                named.or(() -> version.map(Version::id)),
                namesNull);
    }

    private Outcome deleteCurrent(ModelBucket bucket, DeleteObject delete) {
        Versioning versioning = bucket.bucket.versioning();
        if (versioning != Versioning.ENABLED) {
            bucket.version(delete.key(), VersionSelector.NULL)
                    .ifPresent(old -> state.remove(bucket, delete.key(), old));
        }
        if (versioning == Versioning.UNVERSIONED) {
            return new Outcome.ObjectDeleted(Optional.empty(), Optional.empty(), false);
        }
        Version.DeleteMarker marker = new Version.DeleteMarker(
                new VersionId(state.position, delete.nonce()),
                versioning == Versioning.SUSPENDED,
                bucket.bucket.owner(),
                delete.stamp().unixMillis());
        bucket.add(delete.key(), marker);
        return new Outcome.ObjectDeleted(Optional.of(marker), Optional.empty(), false);
    }

    Outcome setTags(SetObjectTags set) {
        ModelBucket bucket = state.buckets.get(set.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        boolean current = set.version() instanceof VersionSelector.Current;
        Optional<Version> found = bucket.version(set.key(), set.version());
        if (found.isEmpty()) {
            return Rules.refused(current ? Refusal.NO_SUCH_KEY : Refusal.NO_SUCH_VERSION);
        }
        return switch (found.get()) {
            case Version.DeleteMarker _ -> Rules.refused(current ? Refusal.NO_SUCH_KEY : Refusal.METHOD_NOT_ALLOWED);
            case Version.ObjectVersion object -> {
                bucket.add(set.key(), object.withTags(set.tags()));
                yield new Outcome.TagsSet(object.id(), object.isNull(), bucket.bucket.versioning());
            }
        };
    }
}
