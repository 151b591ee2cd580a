package io.flywheel.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.KeyValues.Broken;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredContent;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredSummary;
import io.flywheel.namespace.record.StoredVersion;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Looks versions up: from memory without waiting, or from the tables. Versions are cached by their position, which
/// names one version for ever; only tags change under it.
final class Lookups {
    private static final int TRIES_MAX = 1000;

    /// What a step of a lookup says instead of a version.
    private enum Step {
        NOT_IN_MEMORY,
        /// What was read first was removed meanwhile.
        AGAIN
    }

    private record Cached(long bucket, Bytes key, Version.ObjectVersion version) {
        int weight() {
            int content = switch (version.content()) {
                case Content.Inline inline -> inline.bytes().length();
                case Content.Blocks blocks ->
                    blocks.blocks().stream()
                            .mapToInt(ref -> 96 + 8 * ref.pieceCrcs().length)
                            .sum();
                case Content.Parts _ -> 32;
            };
            return 512 + key.length() + content;
        }
    }

    private final KeyValues tables;
    private final Rows rows;
    private final StateMachine machine;
    private final Cache<Long, Cached> cache;

    /// How often tags were changed: who read a version before such a change must not leave it in the cache after it.
    private final AtomicLong tagChanges = new AtomicLong();

    Lookups(KeyValues tables, StateMachine machine, long cacheBytes) {
        this.tables = tables;
        this.rows = new Rows(tables);
        this.machine = machine;
        this.cache = Caffeine.newBuilder()
                .maximumWeight(cacheBytes)
                .weigher((Long position, Cached cached) -> cached.weight())
                .executor(Runnable::run)
                .build();
    }

    /// To be called after a change of a version's tags was written.
    void tagsChanged(VersionId version) {
        tagChanges.incrementAndGet();
        cache.invalidate(version.position());
    }

    Optional<Lookup> peek(String bucket, Bytes key, VersionSelector selector) {
        Optional<StoredBucket> found = machine.bucket(bucket);
        if (found.isEmpty()) {
            return Optional.of(new Lookup.NoSuchBucket());
        }
        return switch (look(found.get(), key, selector, true)) {
            case Lookup lookup -> Optional.of(lookup);
            default -> Optional.empty();
        };
    }

    Lookup lookup(String bucket, Bytes key, VersionSelector selector) {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            Optional<StoredBucket> found = machine.bucket(bucket);
            if (found.isEmpty()) {
                return new Lookup.NoSuchBucket();
            }
            if (look(found.get(), key, selector, false) instanceof Lookup lookup) {
                return lookup;
            }
        }
        throw new Broken("a row without its version, under " + bucket, null);
    }

    /// A {@link Lookup}, or a {@link Step}.
    private Object look(StoredBucket bucket, Bytes key, VersionSelector selector, boolean memory) {
        long changes = tagChanges.get();
        if (selector instanceof VersionSelector.Exactly(VersionId id)) {
            byte[] row = get(Table.VERSIONS, Keys.version(bucket.id(), key, id.position()), memory);
            if (isNotInMemory(row)) {
                return Step.NOT_IN_MEMORY;
            }
            if (row == null) {
                return new Lookup.NoSuchVersion();
            }
            StoredVersion stored = Rows.decoded(row, Table.VERSIONS, StoredVersion::decode);
            return stored.version().id().equals(id)
                    ? whole(bucket, key, stored, memory, changes)
                    : new Lookup.NoSuchVersion();
        }
        boolean current = selector instanceof VersionSelector.Current;
        Table table = current ? Table.CURRENT : Table.NULLS;
        byte[] row = get(table, Keys.key(bucket.id(), key), memory);
        if (isNotInMemory(row)) {
            return Step.NOT_IN_MEMORY;
        }
        if (row == null) {
            return current ? withoutLiveObject(bucket, key, memory, changes) : new Lookup.NoSuchVersion();
        }
        long position = current
                ? Rows.decoded(row, table, StoredSummary::position)
                : Rows.decoded(row, table, StoredNull::decode).position();
        Cached cached = cache.getIfPresent(position);
        if (cached != null) {
            return new Lookup.Found(cached.version(), bucket.bucket().versioning());
        }
        byte[] version = get(Table.VERSIONS, Keys.version(bucket.id(), key, position), memory);
        if (isNotInMemory(version)) {
            return Step.NOT_IN_MEMORY;
        }
        return version == null
                ? Step.AGAIN
                : whole(bucket, key, Rows.decoded(version, Table.VERSIONS, StoredVersion::decode), memory, changes);
    }

    /// The newest version may be a delete marker, unless the bucket never had one.
    private Object withoutLiveObject(StoredBucket bucket, Bytes key, boolean memory, long changes) {
        if (bucket.bucket().versioning() == Versioning.UNVERSIONED) {
            return new Lookup.NoSuchKey();
        }
        if (memory) {
            return Step.NOT_IN_MEMORY;
        }
        Optional<StoredVersion> newest = rows.newestBelow(bucket.id(), key, Long.MAX_VALUE);
        return newest.isEmpty() ? new Lookup.NoSuchKey() : whole(bucket, key, newest.get(), false, changes);
    }

    private Object whole(StoredBucket bucket, Bytes key, StoredVersion stored, boolean memory, long changes) {
        return switch (stored.version()) {
            case Version.DeleteMarker marker -> new Lookup.Deleted(marker);
            case Version.ObjectVersion object -> {
                Version.ObjectVersion complete = object;
                if (stored.elsewhere()) {
                    Cached cached = cache.getIfPresent(object.id().position());
                    if (cached == null) {
                        byte[] payload = get(
                                Table.PAYLOADS, Keys.versionPayload(object.id().position()), memory);
                        if (isNotInMemory(payload) || payload == null) {
                            yield payload == null ? Step.AGAIN : Step.NOT_IN_MEMORY;
                        }
                        complete = object.withContent(Rows.decoded(payload, Table.PAYLOADS, StoredContent::decode));
                    } else {
                        complete = object.withContent(cached.version().content());
                    }
                }
                long position = object.id().position();
                cache.put(position, new Cached(bucket.id(), key, complete));
                if (tagChanges.get() != changes) {
                    cache.invalidate(position);
                }
                yield new Lookup.Found(complete, bucket.bucket().versioning());
            }
        };
    }

    private byte @Nullable [] get(Table table, byte[] key, boolean memory) {
        return memory ? tables.peek(table, key) : tables.get(table, key);
    }

    @SuppressWarnings("ReferenceEquality") // the mark is known by its identity
    private static boolean isNotInMemory(byte @Nullable [] value) {
        return value == KeyValues.NOT_IN_MEMORY;
    }
}
