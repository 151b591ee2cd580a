package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.Command.AbortUpload;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Command.CreateUpload;
import io.flywheel.namespace.Command.ForgetParts;
import io.flywheel.namespace.Command.PutPart;
import io.flywheel.namespace.Outcome.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How commands change the uploads of the model. Every refusal is returned before anything is changed.
final class ModelUploads {
    private final ModelState state;

    ModelUploads(ModelState state) {
        this.state = state;
    }

    Outcome create(CreateUpload create) {
        ModelBucket bucket = state.buckets.get(create.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(create.key())
                || !Rules.validChecksum(create)
                || state.uploads.containsKey(create.upload())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        state.uploads.put(
                create.upload(),
                new ModelUpload(new Upload(
                        create.upload(),
                        create.bucket(),
                        create.key(),
                        bucket.bucket.owner(),
                        create.stamp().unixMillis(),
                        create.attributes(),
                        create.checksum(),
                        create.checksumType(),
                        Optional.empty())));
        return ModelState.DONE;
    }

    Outcome putPart(PutPart put) {
        Optional<ModelUpload> found = upload(put.bucket(), put.key(), put.upload());
        if (!state.buckets.containsKey(put.bucket())) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        if (!Rules.validPart(put.part(), found.get().upload)) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        if (state.closed(put.part().content(), put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        Part old = found.get().parts.put(put.part().number(), put.part());
        if (old != null) {
            state.free(old.content());
        }
        if (put.part().content() instanceof Content.Blocks(List<BlockRef> refs)) {
            state.keep(refs);
        }
        return ModelState.DONE;
    }

    Outcome complete(CompleteUpload complete) {
        ModelBucket bucket = state.buckets.get(complete.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        Optional<ModelUpload> found = upload(complete.bucket(), complete.key(), complete.upload());
        if (found.isEmpty()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        ModelUpload upload = found.get();
        if (upload.upload.completed().isPresent()) {
            return completedAgain(bucket, upload, complete);
        }
        Assembly.Result result =
                Assembly.of(upload.upload, complete, number -> Optional.ofNullable(upload.parts.get(number)));
        return switch (result) {
            case Assembly.Result.Refused(var refused) -> refused;
            case Assembly.Result.Whole whole -> {
                Optional<Outcome.Refused> unmet = Rules.unmet(
                        complete.condition(), ModelState.existing(bucket, complete.key(), VersionSelector.CURRENT));
                yield unmet.isPresent() ? unmet.get() : completed(bucket, upload, complete, whole);
            }
        };
    }

    private Outcome completed(
            ModelBucket bucket, ModelUpload upload, CompleteUpload complete, Assembly.Result.Whole whole) {
        VersionId id = new VersionId(state.position, complete.nonce());
        List<Integer> listed =
                complete.parts().stream().map(CompleteUpload.ListedPart::number).toList();
        for (Map.Entry<Integer, Part> part : upload.parts.entrySet()) {
            if (!listed.contains(part.getKey())) {
                state.free(part.getValue().content());
            }
        }
        upload.parts.keySet().retainAll(listed);
        upload.upload = upload.upload.completedAs(id);
        upload.layout = Optional.of(whole.layout());
        return state.write(
                bucket,
                complete.key(),
                new Version.ObjectVersion(
                        id,
                        bucket.bucket.versioning() != Versioning.ENABLED,
                        bucket.bucket.owner(),
                        complete.stamp().unixMillis(),
                        whole.sizeBytes(),
                        whole.etag(),
                        whole.checksum(),
                        whole.layout().count(),
                        upload.upload.attributes(),
                        new Content.Parts(complete.upload())));
    }

    private static Outcome completedAgain(ModelBucket bucket, ModelUpload upload, CompleteUpload complete) {
        boolean same = complete.parts().size() == upload.parts.size()
                && complete.parts().stream().allMatch(listed -> {
                    Part part = upload.parts.get(listed.number());
                    return part != null && part.etag().equalsIgnoreCase(listed.etag());
                });
        Optional<Version> version = bucket.version(
                complete.key(),
                new VersionSelector.Exactly(upload.upload.completed().orElseThrow()));
        return same && version.isPresent() && version.get() instanceof Version.ObjectVersion object
                ? new Outcome.ObjectPut(object, bucket.bucket.versioning())
                : Rules.refused(Refusal.NO_SUCH_UPLOAD);
    }

    Outcome abort(AbortUpload abort) {
        if (!state.buckets.containsKey(abort.bucket())) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        Optional<ModelUpload> found = upload(abort.bucket(), abort.key(), abort.upload());
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        state.free(new Content.Parts(abort.upload()));
        return ModelState.DONE;
    }

    Outcome forgetParts(ForgetParts forget) {
        ModelUpload upload = state.uploads.get(forget.upload());
        if (upload == null || !upload.gone) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        for (int number : forget.numbers()) {
            Part part = upload.parts.remove(number);
            if (part != null && part.content() instanceof Content.Blocks(List<BlockRef> refs)) {
                refs.forEach(ref -> state.blocks.remove(ref.id()));
            }
        }
        return ModelState.DONE;
    }

    private Optional<ModelUpload> upload(String bucket, Bytes key, UploadId id) {
        return Optional.ofNullable(state.uploads.get(id))
                .filter(found -> !found.gone
                        && found.upload.bucket().equals(bucket)
                        && found.upload.key().equals(key));
    }
}
