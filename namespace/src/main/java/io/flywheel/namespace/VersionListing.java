package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The listing of versions. It costs what it returns: a common prefix, or a marked key with all its versions, is left
/// by one seek.
final class VersionListing {
    /// Terminator and position.
    private static final int TAIL_BYTES = 10;

    private final KeyValues tables;
    private final Rows rows;

    VersionListing(KeyValues tables) {
        this.tables = tables;
        this.rows = new Rows(tables);
    }

    VersionPage list(StoredBucket bucket, VersionQuery query) {
        if (query.limit() <= 0) {
            return new VersionPage(List.of(), Optional.empty());
        }
        byte[] lower = start(bucket, query);
        byte[] upper = Keys.pastPrefix(Keys.escaped(bucket.id(), query.prefix()));
        return Arrays.compareUnsigned(lower, upper) >= 0
                ? new VersionPage(List.of(), Optional.empty())
                : walk(bucket.id(), query, lower, upper);
    }

    private VersionPage walk(long bucket, VersionQuery query, byte[] lower, byte[] upper) {
        List<VersionPage.Entry> entries = new ArrayList<>();
        Optional<VersionPage.Marker> last = Optional.empty();
        // A page that begins among the versions of the marked key does not begin with its newest.
        Bytes key = query.keyMarker();
        long newest = newest(bucket, key);
        FolderExit folders = new FolderExit();
        try (Cursor cursor = tables.cursor(Table.VERSIONS, lower, upper)) {
            boolean more = cursor.seek(lower);
            while (more) {
                if (entries.size() == query.limit()) {
                    return new VersionPage(entries, last);
                }
                byte[] row = cursor.key();
                Bytes name = Rows.decoded(row, Table.VERSIONS, bytes -> Keys.unescaped(bytes, TAIL_BYTES));
                Optional<Bytes> common = Rules.commonPrefix(name, query.prefix(), query.delimiter());
                if (common.isPresent()) {
                    entries.add(new VersionPage.Entry.CommonPrefix(common.get()));
                    last = Optional.of(new VersionPage.Marker(common.get(), Optional.empty()));
                    more = folders.leave(cursor, Keys.escaped(bucket, common.get()));
                    continue;
                }
                long position = Rows.decoded(row, Table.VERSIONS, Keys::position);
                if (!name.equals(key)) {
                    key = name;
                    newest = position;
                }
                Version version = shown(cursor.value());
                entries.add(new VersionPage.Entry.Of(key, version, position == newest));
                last = Optional.of(new VersionPage.Marker(key, Optional.of(version)));
                more = cursor.next();
            }
        }
        return new VersionPage(entries, Optional.empty());
    }

    private byte[] start(StoredBucket bucket, VersionQuery query) {
        Bytes marker = query.keyMarker();
        byte[] beginning = Keys.escaped(bucket.id(), query.prefix());
        if (marker.isEmpty()) {
            return beginning;
        }
        byte[] start;
        if (Rules.isCommonPrefix(marker, query.prefix(), query.delimiter())) {
            start = Keys.pastPrefix(Keys.escaped(bucket.id(), marker));
        } else if (query.versionMarker().isEmpty()
                || query.versionMarker().get() instanceof VersionSelector.Current
                || Rules.commonPrefix(marker, query.prefix(), query.delimiter()).isPresent()) {
            start = Keys.pastPrefix(Keys.terminated(bucket.id(), marker));
        } else {
            start = afterVersion(bucket.id(), marker, query.versionMarker().get());
        }
        return Arrays.compareUnsigned(start, beginning) < 0 ? beginning : start;
    }

    /// A marked null version that is gone shows the key's versions once more.
    private byte[] afterVersion(long bucket, Bytes key, VersionSelector marker) {
        long position = marker instanceof VersionSelector.Exactly(VersionId id)
                ? id.position()
                : rows.nullVersion(bucket, key).map(StoredNull::position).orElse(-1L);
        return position < 0 ? Keys.terminated(bucket, key) : Keys.next(Keys.version(bucket, key, position));
    }

    private long newest(long bucket, Bytes key) {
        return key.isEmpty()
                ? -1
                : rows.newestBelow(bucket, key, Long.MAX_VALUE)
                        .map(stored -> stored.version().id().position())
                        .orElse(-1L);
    }

    private static Version shown(byte[] value) {
        Version version =
                Rows.decoded(value, Table.VERSIONS, StoredVersion::decode).version();
        return version instanceof Version.ObjectVersion object ? object.withContent(Content.EMPTY) : version;
    }
}
