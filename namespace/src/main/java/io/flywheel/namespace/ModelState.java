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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the model holds, and how commands change its buckets, leases and deletions; {@link ModelObjects} and
/// {@link ModelUploads} change the rest. Every refusal is returned before anything is changed.
final class ModelState {
    static final Comparator<UploadId> BY_ID = (a, b) ->
            a.high() != b.high() ? Long.compareUnsigned(a.high(), b.high()) : Long.compareUnsigned(a.low(), b.low());

    static final Outcome DONE = new Outcome.Done();

    /// An answer and when it was given.
    private record Answer(long position, Outcome outcome) {}

    private record Request(long high, long low) {}

    long position;
    final TreeMap<String, ModelBucket> buckets = new TreeMap<>();
    final TreeMap<UploadId, ModelUpload> uploads = new TreeMap<>(BY_ID);
    /// Those that wait to be deleted are empty.
    final TreeMap<BlockId, Optional<BlockRef>> blocks = new TreeMap<>();
    final TreeMap<Reclaimed.Entry, Deletion> deletions = new TreeMap<>(
            Comparator.comparingLong(Reclaimed.Entry::position).thenComparingInt(Reclaimed.Entry::ordinal));

    /// The one open lease of each holder: opening closes the earlier ones.
    private final TreeMap<String, Long> leases = new TreeMap<>();

    private final LinkedHashMap<Request, Answer> answers = new LinkedHashMap<>();
    private final List<BlockId> freedBlocks = new ArrayList<>();
    private final List<UploadId> freedUploads = new ArrayList<>();
    private final ModelObjects objects = new ModelObjects(this);
    private final ModelUploads multipart = new ModelUploads(this);

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
            case PutObject put -> objects.put(put);
            case DeleteObject delete -> objects.delete(delete);
            case SetObjectTags set -> objects.setTags(set);
            case CreateUpload create -> multipart.create(create);
            case PutPart put -> multipart.putPart(put);
            case CompleteUpload complete -> multipart.complete(complete);
            case AbortUpload abort -> multipart.abort(abort);
            case OpenLease open -> {
                leases.put(open.holder(), position);
                yield new Outcome.LeaseOpened(position);
            }
            case Reclaimed reclaimed -> reclaimed(reclaimed);
            case ForgetParts forget -> multipart.forgetParts(forget);
        };
    }

    private Outcome createBucket(CreateBucket create) {
        AccountId account = create.stamp().account();
        ModelBucket existing = buckets.get(create.bucket());
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
                new ModelBucket(new Bucket(
                        create.bucket(),
                        account,
                        create.region(),
                        create.stamp().unixMillis(),
                        Versioning.UNVERSIONED,
                        List.of())));
        return DONE;
    }

    private Outcome deleteBucket(DeleteBucket delete) {
        ModelBucket found = buckets.get(delete.bucket());
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
        ModelBucket found = buckets.get(set.bucket());
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
        ModelBucket found = buckets.get(set.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        found.bucket = found.bucket.withTags(set.tags());
        return DONE;
    }

    /// Makes it the newest version; a null version takes the place of the earlier one.
    Outcome write(ModelBucket bucket, Bytes key, Version.ObjectVersion version) {
        if (version.isNull()) {
            bucket.version(key, VersionSelector.NULL).ifPresent(old -> remove(bucket, key, old));
        }
        if (version.content() instanceof Content.Blocks(List<BlockRef> refs)) {
            keep(refs);
        }
        bucket.add(key, version);
        return new Outcome.ObjectPut(version, bucket.bucket.versioning());
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
                    ModelUpload upload = uploads.get(id);
                    if (upload == null || upload.parts.isEmpty()) {
                        uploads.remove(id);
                        deletions.remove(entry);
                    }
                }
            }
        }
        return DONE;
    }

    static Optional<Rules.Existing> existing(ModelBucket bucket, Bytes key, VersionSelector selector) {
        return bucket.version(key, selector)
                .filter(Version.ObjectVersion.class::isInstance)
                .map(Version.ObjectVersion.class::cast)
                .map(object -> new Rules.Existing(object.etag(), object.modifiedMillis(), object.sizeBytes()));
    }

    /// Only blocks are written under a lease.
    boolean closed(Content content, long lease) {
        return content instanceof Content.Blocks && !leases.containsValue(lease);
    }

    void remove(ModelBucket bucket, Bytes key, Version version) {
        bucket.remove(key, version);
        if (version instanceof Version.ObjectVersion object) {
            free(object.content());
        }
    }

    void keep(List<BlockRef> refs) {
        refs.forEach(ref -> blocks.put(ref.id(), Optional.of(ref)));
    }

    private void unreference(List<BlockRef> refs) {
        refs.forEach(ref -> blocks.put(ref.id(), Optional.empty()));
    }

    void free(Content content) {
        switch (content) {
            case Content.Inline _ -> {}
            case Content.Blocks(List<BlockRef> refs) -> {
                unreference(refs);
                refs.forEach(ref -> freedBlocks.add(ref.id()));
            }
            case Content.Parts(UploadId id) -> {
                ModelUpload upload = uploads.get(id);
                if (upload != null) {
                    upload.gone = true;
                    upload.parts.values().forEach(part -> {
                        if (part.content() instanceof Content.Blocks(List<BlockRef> refs)) {
                            unreference(refs);
                        }
                    });
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
