package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredLayout;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredUpload;
import io.flywheel.namespace.record.StoredVersion;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/// The commands that change multipart uploads.
final class UploadChanges {
    private final Step step;
    private final StoredBucket bucket;
    private final LongPredicate leaseOpen;

    UploadChanges(Step step, StoredBucket bucket, LongPredicate leaseOpen) {
        this.step = step;
        this.bucket = bucket;
        this.leaseOpen = leaseOpen;
    }

    Outcome create(Command.CreateUpload create) {
        if (!Rules.validKey(create.key())
                || !Rules.validChecksum(create)
                || step.rows.upload(create.upload()).isPresent()) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Upload upload = new Upload(
                create.upload(),
                create.bucket(),
                create.key(),
                bucket.bucket().owner(),
                create.stamp().unixMillis(),
                create.attributes(),
                create.checksum(),
                create.checksumType(),
                Optional.empty());
        step.put(new StoredUpload(bucket.id(), false, upload));
        step.changes.put(Table.UPLOAD_KEYS, keyOf(upload), new byte[0]);
        step.changes.put(Table.UPLOAD_TIMES, Keys.uploadTime(upload.begunMillis(), upload.id()), new byte[0]);
        return Step.DONE;
    }

    Outcome putPart(Command.PutPart put) {
        Optional<StoredUpload> found = find(put.upload(), put.key());
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        Part part = put.part();
        if (!Rules.validPart(part, found.get().upload())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        if (part.content() instanceof Content.Blocks && !leaseOpen.test(put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        step.rows
                .storedPart(put.upload(), part.number())
                .ifPresent(old -> step.free(step.removePart(put.upload(), old)));
        step.keep(
                part.content(),
                Keys.partPayload(put.upload(), part.number()),
                new StoredOwner.OfPart(bucket.id(), put.upload(), part.number()));
        step.changes.put(
                Table.PARTS,
                Keys.part(put.upload(), part.number()),
                new StoredPart(part, StoredVersion.large(part.content())).encode());
        return Step.DONE;
    }

    Outcome complete(CompleteUpload complete) {
        Optional<StoredUpload> found = find(complete.upload(), complete.key());
        if (found.isEmpty()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        SortedMap<Integer, StoredPart> parts = parts(complete.upload());
        if (!found.get().inProgress()) {
            return completedAgain(found.get().upload(), parts, complete);
        }
        Assembly.Result result = Assembly.of(
                found.get().upload(),
                complete,
                number -> Optional.ofNullable(parts.get(number)).map(StoredPart::part));
        return switch (result) {
            case Assembly.Result.Refused(var refused) -> refused;
            case Assembly.Result.Whole whole -> {
                ObjectChanges objects = new ObjectChanges(step, bucket, leaseOpen);
                Optional<Outcome.Refused> unmet = objects.unmet(complete.condition(), complete.key());
                yield unmet.isPresent()
                        ? unmet.get()
                        : completed(objects, found.get().upload(), parts, complete, whole);
            }
        };
    }

    private Outcome completed(
            ObjectChanges objects,
            Upload upload,
            SortedMap<Integer, StoredPart> parts,
            CompleteUpload complete,
            Assembly.Result.Whole whole) {
        TreeMap<Integer, StoredPart> unlisted = new TreeMap<>(parts);
        complete.parts().forEach(part -> unlisted.remove(part.number()));
        unlisted.values().forEach(part -> step.free(step.removePart(upload.id(), part)));
        VersionId id = new VersionId(step.position, complete.nonce());
        leaveProgress(upload);
        step.put(new StoredUpload(bucket.id(), false, upload.completedAs(id)));
        step.changes.put(Table.LAYOUTS, Keys.upload(upload.id()), StoredLayout.encode(whole.layout()));
        return objects.write(
                complete.key(),
                new Version.ObjectVersion(
                        id,
                        bucket.bucket().versioning() != Versioning.ENABLED,
                        bucket.bucket().owner(),
                        complete.stamp().unixMillis(),
                        whole.sizeBytes(),
                        whole.etag(),
                        whole.checksum(),
                        whole.layout().count(),
                        upload.attributes(),
                        new Content.Parts(upload.id())));
    }

    private Outcome completedAgain(Upload upload, SortedMap<Integer, StoredPart> parts, CompleteUpload complete) {
        boolean same = complete.parts().size() == parts.size()
                && complete.parts().stream().allMatch(listed -> {
                    StoredPart stored = parts.get(listed.number());
                    return stored != null && stored.part().etag().equalsIgnoreCase(listed.etag());
                });
        Optional<Version.ObjectVersion> object = step.rows
                .version(
                        bucket,
                        complete.key(),
                        new VersionSelector.Exactly(upload.completed().orElseThrow()))
                .flatMap(StoredVersion::object);
        return same && object.isPresent()
                ? new Outcome.ObjectPut(object.get(), bucket.bucket().versioning())
                : Rules.refused(Refusal.NO_SUCH_UPLOAD);
    }

    Outcome abort(Command.AbortUpload abort) {
        Optional<StoredUpload> found = find(abort.upload(), abort.key());
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        leaveProgress(found.get().upload());
        step.free(new Content.Parts(abort.upload()));
        return Step.DONE;
    }

    private void leaveProgress(Upload upload) {
        step.changes.remove(Table.UPLOAD_KEYS, keyOf(upload));
        step.changes.remove(Table.UPLOAD_TIMES, Keys.uploadTime(upload.begunMillis(), upload.id()));
    }

    private byte[] keyOf(Upload upload) {
        return Keys.uploadKey(bucket.id(), upload.key(), upload.begunMillis(), upload.id());
    }

    private Optional<StoredUpload> find(UploadId id, Bytes key) {
        return step.rows
                .upload(id)
                .filter(found -> !found.gone()
                        && found.bucketId() == bucket.id()
                        && found.upload().key().equals(key));
    }

    private SortedMap<Integer, StoredPart> parts(UploadId id) {
        TreeMap<Integer, StoredPart> parts = new TreeMap<>();
        byte[] lower = Keys.upload(id);
        step.changes.range(Table.PARTS, lower, Keys.pastPrefix(lower)).forEach((key, value) -> {
            StoredPart part = Rows.decoded(value, Table.PARTS, StoredPart::decode);
            parts.put(part.part().number(), part);
        });
        return parts;
    }
}
