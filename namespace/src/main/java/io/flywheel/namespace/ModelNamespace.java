package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.base.Tasks;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The namespace as sorted maps of objects: the reference that every other form is compared with, and a test
/// double. Nothing is persistent.
public final class ModelNamespace implements Namespace {
    private final Tasks.Mutex mutex;
    private final ModelState state = new ModelState();
    private final ModelListing listing = new ModelListing(state);

    public ModelNamespace(Tasks tasks) {
        mutex = tasks.mutex();
    }

    @Override
    public Outcome apply(Command command) {
        return locked(() -> state.apply(command));
    }

    /// Goes on to the next position, as a start of the embedded namespace does.
    void pass() {
        locked(() -> ++state.position);
    }

    @Override
    public boolean submit(Command command, Consumer<Outcome> done) {
        done.accept(apply(command));
        return true;
    }

    @Override
    public long position() {
        return locked(() -> state.position);
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return locked(() -> Optional.ofNullable(state.buckets.get(name)).map(found -> found.bucket));
    }

    @Override
    public List<Bucket> buckets(AccountId owner, String prefix, String after, int limit) {
        return locked(() -> state.buckets.tailMap(after, false).values().stream()
                .map(found -> found.bucket)
                .filter(bucket -> bucket.owner().equals(owner) && bucket.name().startsWith(prefix))
                .limit(limit)
                .toList());
    }

    @Override
    public Lookup lookup(String bucket, Bytes key, VersionSelector selector) {
        return locked(() -> {
            ModelBucket found = state.buckets.get(bucket);
            if (found == null) {
                return new Lookup.NoSuchBucket();
            }
            Optional<Version> version = found.version(key, selector);
            if (version.isEmpty()) {
                return selector instanceof VersionSelector.Current
                        ? new Lookup.NoSuchKey()
                        : new Lookup.NoSuchVersion();
            }
            return switch (version.get()) {
                case Version.ObjectVersion object -> new Lookup.Found(object, found.bucket.versioning());
                case Version.DeleteMarker marker -> new Lookup.Deleted(marker);
            };
        });
    }

    @Override
    public Optional<Lookup> peek(String bucket, Bytes key, VersionSelector version) {
        return Optional.of(lookup(bucket, key, version));
    }

    @Override
    public ListPage list(String bucket, ListQuery query) {
        return locked(() -> listing.list(bucket, query));
    }

    @Override
    public VersionPage listVersions(String bucket, VersionQuery query) {
        return locked(() -> listing.listVersions(bucket, query));
    }

    @Override
    public UploadPage listUploads(String bucket, UploadQuery query) {
        return locked(() -> listing.listUploads(bucket, query));
    }

    @Override
    public Optional<Upload> upload(UploadId id) {
        return locked(() -> Optional.ofNullable(state.uploads.get(id))
                .filter(found -> !found.gone)
                .map(found -> found.upload));
    }

    @Override
    public List<Part> parts(UploadId id, int after, int limit) {
        return locked(() -> {
            ModelUpload found = state.uploads.get(id);
            return found == null
                    ? List.of()
                    : found.parts.tailMap(after, false).values().stream()
                            .limit(limit)
                            .toList();
        });
    }

    @Override
    public Optional<Part> part(UploadId id, int number) {
        return locked(() -> Optional.ofNullable(state.uploads.get(id))
                .flatMap(found -> Optional.ofNullable(found.parts.get(number))));
    }

    @Override
    public Optional<PartLayout> layout(UploadId id) {
        return locked(() -> Optional.ofNullable(state.uploads.get(id)).flatMap(found -> found.layout));
    }

    @Override
    public List<Deletion> deletions(long after, int limit) {
        return locked(() -> {
            List<Deletion> page = new java.util.ArrayList<>();
            for (Deletion deletion : state.deletions.values()) {
                boolean samePosition = !page.isEmpty() && page.getLast().position() == deletion.position();
                if (deletion.position() > after && (page.size() < limit || samePosition)) {
                    page.add(deletion);
                }
            }
            return page;
        });
    }

    @Override
    public List<BlockId> blocks(BlockId from, int limit) {
        return locked(() ->
                state.blocks.tailMap(from, true).keySet().stream().limit(limit).toList());
    }

    @Override
    public List<StoredBlock> storedBlocks(BlockId from, int limit) {
        return locked(() -> state.blocks.tailMap(from, true).entrySet().stream()
                .limit(limit)
                .map(entry -> new StoredBlock(entry.getKey(), entry.getValue()))
                .toList());
    }

    @Override
    public List<Upload> uploadsBegunBefore(long unixMillis, int limit) {
        return locked(() -> state.uploads.values().stream()
                .filter(ModelUpload::inProgress)
                .map(found -> found.upload)
                .filter(upload -> upload.begunMillis() < unixMillis)
                .sorted(Comparator.comparingLong(Upload::begunMillis).thenComparing(Upload::id, ModelState.BY_ID))
                .limit(limit)
                .toList());
    }

    @Override
    public void close() {}

    private <T> T locked(Supplier<T> body) {
        mutex.lock();
        try {
            return body.get();
        } finally {
            mutex.unlock();
        }
    }
}
