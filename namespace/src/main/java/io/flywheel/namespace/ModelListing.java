package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/// The model's listings: every key is walked, and what the query does not want is left out.
final class ModelListing {
    private final ModelState state;

    ModelListing(ModelState state) {
        this.state = state;
    }

    ListPage list(String bucketName, ListQuery query) {
        ModelBucket bucket = state.buckets.get(bucketName);
        List<ListPage.Entry> entries = new ArrayList<>();
        if (bucket == null || query.limit() <= 0) {
            return new ListPage(entries, Optional.empty());
        }
        for (Map.Entry<Bytes, ? extends NavigableMap<Long, Version>> key : bucket.keys.entrySet()) {
            if (!(key.getValue().firstEntry().getValue() instanceof Version.ObjectVersion object)
                    || behind(key.getKey(), query.prefix(), query.delimiter(), query.after())) {
                continue;
            }
            Optional<Bytes> common = Rules.commonPrefix(key.getKey(), query.prefix(), query.delimiter());
            ListPage.Entry entry =
                    common.isPresent() ? new ListPage.CommonPrefix(common.get()) : summary(key.getKey(), object);
            if (!entries.isEmpty() && entries.getLast().name().equals(entry.name())) {
                continue;
            }
            if (entries.size() == query.limit()) {
                return new ListPage(entries, Optional.of(entries.getLast().name()));
            }
            entries.add(entry);
        }
        return new ListPage(entries, Optional.empty());
    }

    private static ListPage.Summary summary(Bytes key, Version.ObjectVersion object) {
        return new ListPage.Summary(
                key,
                object.modifiedMillis(),
                object.etag(),
                object.sizeBytes(),
                object.attributes().storageClass(),
                object.owner(),
                object.checksum().map(ObjectChecksum::type),
                object.checksum().map(ObjectChecksum::algorithm));
    }

    VersionPage listVersions(String bucketName, VersionQuery query) {
        ModelBucket bucket = state.buckets.get(bucketName);
        List<VersionPage.Entry> entries = new ArrayList<>();
        Optional<VersionPage.Marker> last = Optional.empty();
        if (bucket == null || query.limit() <= 0) {
            return new VersionPage(entries, Optional.empty());
        }
        long below = markedPosition(bucket, query);
        for (Map.Entry<Bytes, ? extends NavigableMap<Long, Version>> key : bucket.keys.entrySet()) {
            Optional<Bytes> common = Rules.commonPrefix(key.getKey(), query.prefix(), query.delimiter());
            boolean marked = below >= 0 && common.isEmpty() && key.getKey().equals(query.keyMarker());
            if (!key.getKey().startsWith(query.prefix())
                    || (!marked && behind(key.getKey(), query.prefix(), query.delimiter(), query.keyMarker()))
                    || (common.isPresent()
                            && last.isPresent()
                            && last.get().key().equals(common.get()))) {
                continue;
            }
            long newest = key.getValue().firstKey();
            for (Version version : key.getValue().values()) {
                if (marked && version.id().position() >= below) {
                    continue;
                }
                if (entries.size() == query.limit()) {
                    return new VersionPage(entries, last);
                }
                if (common.isPresent()) {
                    entries.add(new VersionPage.Entry.CommonPrefix(common.get()));
                    last = Optional.of(new VersionPage.Marker(common.get(), Optional.empty()));
                    break;
                }
                Version shown = withoutContent(version);
                entries.add(new VersionPage.Entry.Of(
                        key.getKey(), shown, version.id().position() == newest));
                last = Optional.of(new VersionPage.Marker(key.getKey(), Optional.of(shown)));
            }
        }
        return new VersionPage(entries, Optional.empty());
    }

    /// Below which position the marked key's versions are wanted; -1 for none of them. A marked null version that is
    /// gone shows the key's versions once more.
    private static long markedPosition(ModelBucket bucket, VersionQuery query) {
        if (query.versionMarker().isEmpty() || query.versionMarker().get() instanceof VersionSelector.Current) {
            return -1;
        }
        if (query.versionMarker().get() instanceof VersionSelector.Exactly(VersionId id)) {
            return id.position();
        }
        return bucket.version(query.keyMarker(), VersionSelector.NULL)
                .map(version -> version.id().position())
                .orElse(Long.MAX_VALUE);
    }

    private static Version withoutContent(Version version) {
        return version instanceof Version.ObjectVersion object ? object.withContent(Content.EMPTY) : version;
    }

    UploadPage listUploads(String bucket, UploadQuery query) {
        List<Upload> uploads = new ArrayList<>();
        List<Bytes> commonPrefixes = new ArrayList<>();
        Optional<UploadPage.Marker> last = Optional.empty();
        if (query.limit() <= 0) {
            return new UploadPage(uploads, commonPrefixes, Optional.empty());
        }
        Optional<Upload> marker = query.uploadMarker()
                .flatMap(id -> Optional.ofNullable(state.uploads.get(id)).map(u -> u.upload));
        List<Upload> candidates = state.uploads.values().stream()
                .filter(upload -> upload.inProgress() && upload.upload.bucket().equals(bucket))
                .map(upload -> upload.upload)
                .sorted(Comparator.comparing(Upload::key).thenComparing(ModelListing::byBeginning))
                .toList();
        for (Upload upload : candidates) {
            Optional<Bytes> common = Rules.commonPrefix(upload.key(), query.prefix(), query.delimiter());
            boolean marked = query.uploadMarker().isPresent()
                    && common.isEmpty()
                    && upload.key().equals(query.keyMarker());
            boolean unwanted = marked
                    ? marker.isPresent() && byBeginning(upload, marker.get()) <= 0
                    : behind(upload.key(), query.prefix(), query.delimiter(), query.keyMarker());
            if (unwanted
                    || !upload.key().startsWith(query.prefix())
                    || (common.isPresent()
                            && last.isPresent()
                            && last.get().key().equals(common.get()))) {
                continue;
            }
            if (uploads.size() + commonPrefixes.size() == query.limit()) {
                return new UploadPage(uploads, commonPrefixes, last);
            }
            common.ifPresentOrElse(commonPrefixes::add, () -> uploads.add(upload));
            last = Optional.of(new UploadPage.Marker(
                    common.orElse(upload.key()), common.isPresent() ? Optional.empty() : Optional.of(upload.id())));
        }
        return new UploadPage(uploads, commonPrefixes, Optional.empty());
    }

    private static int byBeginning(Upload a, Upload b) {
        int byTime = Long.compare(a.begunMillis(), b.begunMillis());
        return byTime != 0 ? byTime : ModelState.BY_ID.compare(a.id(), b.id());
    }

    /// Whether a listing does not want the key: another prefix, or the marker has it behind.
    private static boolean behind(Bytes key, Bytes prefix, Bytes delimiter, Bytes marker) {
        return !key.startsWith(prefix)
                || key.compareTo(marker) <= 0
                || (Rules.isCommonPrefix(marker, prefix, delimiter) && key.startsWith(marker));
    }
}
