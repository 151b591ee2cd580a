package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.Command.AbortUpload;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Command.CreateBucket;
import io.flywheel.namespace.Command.CreateUpload;
import io.flywheel.namespace.Command.DeleteBucket;
import io.flywheel.namespace.Command.DeleteObject;
import io.flywheel.namespace.Command.ForgetParts;
import io.flywheel.namespace.Command.OpenLease;
import io.flywheel.namespace.Command.PutObject;
import io.flywheel.namespace.Command.PutPart;
import io.flywheel.namespace.Command.Reclaimed;
import io.flywheel.namespace.Command.SetBucketTags;
import io.flywheel.namespace.Command.SetObjectTags;
import io.flywheel.namespace.Command.SetVersioning;
import io.flywheel.namespace.Outcome.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the model holds, and how each command changes it. Every refusal is returned before anything is changed.
final class ModelState {
    static final Comparator<UploadId> BY_ID = (a, b) ->
            a.high() != b.high() ? Long.compareUnsigned(a.high(), b.high()) : Long.compareUnsigned(a.low(), b.low());

    private static final Outcome DONE = new Outcome.Done();

    /// A bucket and the versions of each of its keys, newest first.
    static final class BucketState {
        Bucket bucket;
        final TreeMap<Bytes, TreeMap<Long, Version>> keys = new TreeMap<>();

        BucketState(Bucket bucket) {
            this.bucket = bucket;
        }

        Optional<Version> version(Bytes key, VersionSelector selector) {
            TreeMap<Long, Version> versions = keys.get(key);
            if (versions == null) {
                return Optional.empty();
            }
            return switch (selector) {
                case VersionSelector.Current() ->
                    Optional.of(versions.firstEntry().getValue());
                case VersionSelector.Null() ->
                    versions.values().stream().filter(Version::isNull).findFirst();
                case VersionSelector.Exactly(VersionId id) ->
                    Optional.ofNullable(versions.get(id.position()))
                            .filter(version -> version.id().equals(id));
            };
        }

        void add(Bytes key, Version version) {
            keys.computeIfAbsent(key, k -> new TreeMap<>(Collections.reverseOrder()))
                    .put(version.id().position(), version);
        }

        void remove(Bytes key, Version version) {
            TreeMap<Long, Version> versions = keys.get(key);
            if (versions != null) {
                versions.remove(version.id().position());
                if (versions.isEmpty()) {
                    keys.remove(key);
                }
            }
        }
    }

    static final class UploadState {
        Upload upload;
        final TreeMap<Integer, Part> parts = new TreeMap<>();
        Optional<PartLayout> layout = Optional.empty();

        /// Aborted, or its version is gone: waits for its parts to be deleted.
        boolean gone;

        UploadState(Upload upload) {
            this.upload = upload;
        }

        boolean inProgress() {
            return !gone && upload.completed().isEmpty();
        }
    }

    /// An answer and when it was given.
    private record Answer(long position, Outcome outcome) {}

    private record Request(long high, long low) {}

    long position;
    final TreeMap<String, BucketState> buckets = new TreeMap<>();
    final TreeMap<UploadId, UploadState> uploads = new TreeMap<>(BY_ID);
    final TreeSet<BlockId> blocks = new TreeSet<>();
    final TreeMap<Reclaimed.Entry, Deletion> deletions = new TreeMap<>(
            Comparator.comparingLong(Reclaimed.Entry::position).thenComparingInt(Reclaimed.Entry::ordinal));

    /// The one open lease of each holder: opening closes the earlier ones.
    private final TreeMap<String, Long> leases = new TreeMap<>();

    private final LinkedHashMap<Request, Answer> answers = new LinkedHashMap<>();
    private final List<BlockId> freedBlocks = new ArrayList<>();
    private final List<UploadId> freedUploads = new ArrayList<>();

    Outcome apply(Command command) {
        position++;
        Request request =
                new Request(command.stamp().requestHigh(), command.stamp().requestLow());
        answers.values().removeIf(answer -> answer.position() <= position - Rules.REMEMBERED);
        Answer earlier = answers.get(request);
        if (earlier != null) {
            return earlier.outcome();
        }
        Outcome outcome = decide(command);
        queueFreed();
        if (Rules.remembered(command.stamp()) && !(outcome instanceof Outcome.Refused)) {
            answers.put(request, new Answer(position, Rules.abridged(outcome)));
        }
        return outcome;
    }

    private Outcome decide(Command command) {
        return switch (command) {
            case CreateBucket create -> createBucket(create);
            case DeleteBucket delete -> deleteBucket(delete);
            case SetVersioning set -> setVersioning(set);
            case SetBucketTags set -> setBucketTags(set);
            case PutObject put -> putObject(put);
            case DeleteObject delete -> deleteObject(delete);
            case SetObjectTags set -> setObjectTags(set);
            case CreateUpload create -> createUpload(create);
            case PutPart put -> putPart(put);
            case CompleteUpload complete -> completeUpload(complete);
            case AbortUpload abort -> abortUpload(abort);
            case OpenLease open -> {
                leases.put(open.holder(), position);
                yield new Outcome.LeaseOpened(position);
            }
            case Reclaimed reclaimed -> reclaimed(reclaimed);
            case ForgetParts forget -> forgetParts(forget);
        };
    }

    private Outcome createBucket(CreateBucket create) {
        AccountId account = create.stamp().account();
        BucketState existing = buckets.get(create.bucket());
        if (!Rules.validBucket(create.bucket())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        if (existing != null) {
            return Rules.refused(
                    existing.bucket.owner().equals(account)
                            ? Refusal.BUCKET_ALREADY_OWNED_BY_YOU
                            : Refusal.BUCKET_ALREADY_EXISTS);
        }
        if (buckets.values().stream()
                        .filter(b -> b.bucket.owner().equals(account))
                        .count()
                >= Rules.BUCKETS_MAX) {
            return Rules.refused(Refusal.TOO_MANY_BUCKETS);
        }
        buckets.put(
                create.bucket(),
                new BucketState(new Bucket(
                        create.bucket(),
                        account,
                        create.region(),
                        create.stamp().unixMillis(),
                        Versioning.UNVERSIONED,
                        List.of())));
        return DONE;
    }

    private Outcome deleteBucket(DeleteBucket delete) {
        BucketState found = buckets.get(delete.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        boolean uploading = uploads.values().stream()
                .anyMatch(u -> u.inProgress() && u.upload.bucket().equals(delete.bucket()));
        if (!found.keys.isEmpty() || uploading) {
            return Rules.refused(Refusal.BUCKET_NOT_EMPTY);
        }
        buckets.remove(delete.bucket());
        return DONE;
    }

    private Outcome setVersioning(SetVersioning set) {
        BucketState found = buckets.get(set.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (set.versioning() == Versioning.UNVERSIONED) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        found.bucket = found.bucket.withVersioning(set.versioning());
        return DONE;
    }

    private Outcome setBucketTags(SetBucketTags set) {
        BucketState found = buckets.get(set.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        found.bucket = found.bucket.withTags(set.tags());
        return DONE;
    }

    private Outcome putObject(PutObject put) {
        BucketState bucket = buckets.get(put.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(put.key()) || put.content() instanceof Content.Parts) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Optional<Outcome.Refused> unmet =
                Rules.unmet(put.condition(), existing(bucket, put.key(), VersionSelector.CURRENT));
        if (unmet.isPresent()) {
            return unmet.get();
        }
        if (closed(put.content(), put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        return write(
                bucket,
                put.key(),
                new Version.ObjectVersion(
                        new VersionId(position, put.nonce()),
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

    /// Makes it the newest version; a null version takes the place of the earlier one.
    private Outcome write(BucketState bucket, Bytes key, Version.ObjectVersion version) {
        if (version.isNull()) {
            bucket.version(key, VersionSelector.NULL).ifPresent(old -> remove(bucket, key, old));
        }
        if (version.content() instanceof Content.Blocks(List<BlockRef> refs)) {
            refs.forEach(ref -> blocks.add(ref.id()));
        }
        bucket.add(key, version);
        return new Outcome.ObjectPut(version, bucket.bucket.versioning());
    }

    private Outcome deleteObject(DeleteObject delete) {
        BucketState bucket = buckets.get(delete.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(delete.key())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        Optional<VersionId> named =
                delete.version() instanceof VersionSelector.Exactly(VersionId id) ? Optional.of(id) : Optional.empty();
        boolean namesNull = delete.version() instanceof VersionSelector.Null;
        Optional<Rules.Existing> existing = existing(bucket, delete.key(), delete.version());
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
        version.ifPresent(found -> remove(bucket, delete.key(), found));
        return new Outcome.ObjectDeleted(
                version.filter(Version.DeleteMarker.class::isInstance).map(Version.DeleteMarker.class::cast),
                named.or(() -> version.map(Version::id)),
                namesNull);
    }

    private Outcome deleteCurrent(BucketState bucket, DeleteObject delete) {
        Versioning versioning = bucket.bucket.versioning();
        if (versioning != Versioning.ENABLED) {
            bucket.version(delete.key(), VersionSelector.NULL).ifPresent(old -> remove(bucket, delete.key(), old));
        }
        if (versioning == Versioning.UNVERSIONED) {
            return new Outcome.ObjectDeleted(Optional.empty(), Optional.empty(), false);
        }
        Version.DeleteMarker marker = new Version.DeleteMarker(
                new VersionId(position, delete.nonce()),
                versioning == Versioning.SUSPENDED,
                bucket.bucket.owner(),
                delete.stamp().unixMillis());
        bucket.add(delete.key(), marker);
        return new Outcome.ObjectDeleted(Optional.of(marker), Optional.empty(), false);
    }

    private Outcome setObjectTags(SetObjectTags set) {
        BucketState bucket = buckets.get(set.bucket());
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

    private Outcome createUpload(CreateUpload create) {
        BucketState bucket = buckets.get(create.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (!Rules.validKey(create.key()) || !Rules.validChecksum(create) || uploads.containsKey(create.upload())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        uploads.put(
                create.upload(),
                new UploadState(new Upload(
                        create.upload(),
                        create.bucket(),
                        create.key(),
                        bucket.bucket.owner(),
                        create.stamp().unixMillis(),
                        create.attributes(),
                        create.checksum(),
                        create.checksumType(),
                        Optional.empty())));
        return DONE;
    }

    private Outcome putPart(PutPart put) {
        Optional<UploadState> found = upload(put.bucket(), put.key(), put.upload());
        if (!buckets.containsKey(put.bucket())) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        if (!Rules.validPart(put.part(), found.get().upload)) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        if (closed(put.part().content(), put.lease())) {
            return Rules.refused(Refusal.LEASE_CLOSED);
        }
        Part old = found.get().parts.put(put.part().number(), put.part());
        if (old != null) {
            free(old.content());
        }
        if (put.part().content() instanceof Content.Blocks(List<BlockRef> refs)) {
            refs.forEach(ref -> blocks.add(ref.id()));
        }
        return DONE;
    }

    private Outcome completeUpload(CompleteUpload complete) {
        BucketState bucket = buckets.get(complete.bucket());
        if (bucket == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        Optional<UploadState> found = upload(complete.bucket(), complete.key(), complete.upload());
        if (found.isEmpty()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        UploadState upload = found.get();
        if (upload.upload.completed().isPresent()) {
            return completedAgain(bucket, upload, complete);
        }
        Assembly.Result result =
                Assembly.of(upload.upload, complete, number -> Optional.ofNullable(upload.parts.get(number)));
        return switch (result) {
            case Assembly.Result.Refused(var refused) -> refused;
            case Assembly.Result.Whole whole -> {
                Optional<Outcome.Refused> unmet =
                        Rules.unmet(complete.condition(), existing(bucket, complete.key(), VersionSelector.CURRENT));
                yield unmet.isPresent() ? unmet.get() : completed(bucket, upload, complete, whole);
            }
        };
    }

    private Outcome completed(
            BucketState bucket, UploadState upload, CompleteUpload complete, Assembly.Result.Whole whole) {
        VersionId id = new VersionId(position, complete.nonce());
        List<Integer> listed =
                complete.parts().stream().map(CompleteUpload.ListedPart::number).toList();
        for (Map.Entry<Integer, Part> part : upload.parts.entrySet()) {
            if (!listed.contains(part.getKey())) {
                free(part.getValue().content());
            }
        }
        upload.parts.keySet().retainAll(listed);
        upload.upload = upload.upload.completedAs(id);
        upload.layout = Optional.of(whole.layout());
        return write(
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

    private static Outcome completedAgain(BucketState bucket, UploadState upload, CompleteUpload complete) {
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

    private Outcome abortUpload(AbortUpload abort) {
        if (!buckets.containsKey(abort.bucket())) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        Optional<UploadState> found = upload(abort.bucket(), abort.key(), abort.upload());
        if (found.isEmpty() || !found.get().inProgress()) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        free(new Content.Parts(abort.upload()));
        return DONE;
    }

    /// An upload's entry stays until all its parts are forgotten.
    private Outcome reclaimed(Reclaimed reclaimed) {
        for (Reclaimed.Entry entry : reclaimed.entries()) {
            @Nullable Deletion deletion = deletions.get(entry);
            switch (deletion) {
                case null -> {}
                case Deletion.OfBlocks(long _, int _, List<BlockId> ids) -> {
                    ids.forEach(blocks::remove);
                    deletions.remove(entry);
                }
                case Deletion.OfUpload(long _, int _, UploadId id) -> {
                    UploadState upload = uploads.get(id);
                    if (upload == null || upload.parts.isEmpty()) {
                        uploads.remove(id);
                        deletions.remove(entry);
                    }
                }
            }
        }
        return DONE;
    }

    private Outcome forgetParts(ForgetParts forget) {
        UploadState upload = uploads.get(forget.upload());
        if (upload == null || !upload.gone) {
            return Rules.refused(Refusal.NO_SUCH_UPLOAD);
        }
        for (int number : forget.numbers()) {
            Part part = upload.parts.remove(number);
            if (part != null && part.content() instanceof Content.Blocks(List<BlockRef> refs)) {
                refs.forEach(ref -> blocks.remove(ref.id()));
            }
        }
        return DONE;
    }

    private Optional<UploadState> upload(String bucket, Bytes key, UploadId id) {
        return Optional.ofNullable(uploads.get(id))
                .filter(found -> !found.gone
                        && found.upload.bucket().equals(bucket)
                        && found.upload.key().equals(key));
    }

    private static Optional<Rules.Existing> existing(BucketState bucket, Bytes key, VersionSelector selector) {
        return bucket.version(key, selector)
                .filter(Version.ObjectVersion.class::isInstance)
                .map(Version.ObjectVersion.class::cast)
                .map(object -> new Rules.Existing(object.etag(), object.modifiedMillis(), object.sizeBytes()));
    }

    /// Only blocks are written under a lease.
    private boolean closed(Content content, long lease) {
        return content instanceof Content.Blocks && !leases.containsValue(lease);
    }

    private void remove(BucketState bucket, Bytes key, Version version) {
        bucket.remove(key, version);
        if (version instanceof Version.ObjectVersion object) {
            free(object.content());
        }
    }

    private void free(Content content) {
        switch (content) {
            case Content.Inline _ -> {}
            case Content.Blocks(List<BlockRef> refs) -> refs.forEach(ref -> freedBlocks.add(ref.id()));
            case Content.Parts(UploadId id) -> {
                UploadState upload = uploads.get(id);
                if (upload != null) {
                    upload.gone = true;
                }
                freedUploads.add(id);
            }
        }
    }

    private void queueFreed() {
        int ordinal = 0;
        for (int from = 0; from < freedBlocks.size(); from += Rules.DELETION_BLOCKS_MAX) {
            int to = Math.min(freedBlocks.size(), from + Rules.DELETION_BLOCKS_MAX);
            queue(new Deletion.OfBlocks(position, ordinal++, freedBlocks.subList(from, to)));
        }
        for (UploadId upload : freedUploads) {
            queue(new Deletion.OfUpload(position, ordinal++, upload));
        }
        freedBlocks.clear();
        freedUploads.clear();
    }

    private void queue(Deletion deletion) {
        deletions.put(new Reclaimed.Entry(deletion.position(), deletion.ordinal()), deletion);
    }
}
