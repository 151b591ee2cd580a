package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The listing of live objects. It costs what it returns: a common prefix is left by one seek to its end.
final class Listing {
    private final KeyValues tables;

    Listing(KeyValues tables) {
        this.tables = tables;
    }

    ListPage list(StoredBucket bucket, ListQuery query) {
        List<ListPage.Entry> entries = new ArrayList<>(Math.clamp(query.limit(), 0, Rules.PAGE_MAX));
        if (query.limit() <= 0) {
            return new ListPage(entries, Optional.empty());
        }
        byte[] lower = start(bucket.id(), query);
        byte[] upper = Keys.pastPrefix(Keys.key(bucket.id(), query.prefix()));
        if (Arrays.compareUnsigned(lower, upper) >= 0) {
            return new ListPage(entries, Optional.empty());
        }
        byte[] delimiter = query.delimiter().toArray();
        FolderExit folders = new FolderExit();
        try (Cursor cursor = tables.cursor(Table.CURRENT, lower, upper)) {
            boolean more = cursor.seek(lower);
            while (more) {
                if (entries.size() == query.limit()) {
                    return new ListPage(entries, Optional.of(entries.getLast().name()));
                }
                byte[] key = cursor.key();
                int end = commonPrefixEnd(key, 8 + query.prefix().length(), delimiter);
                if (end < 0) {
                    Bytes name = Bytes.wrap(Arrays.copyOfRange(key, 8, key.length));
                    entries.add(Rows.decoded(
                            cursor.value(),
                            Table.CURRENT,
                            value -> StoredSummary.decode(
                                    value, name, bucket.bucket().owner())));
                    more = cursor.next();
                } else {
                    entries.add(new ListPage.CommonPrefix(Bytes.wrap(Arrays.copyOfRange(key, 8, end))));
                    more = folders.leave(cursor, Arrays.copyOf(key, end));
                }
            }
        }
        return new ListPage(entries, Optional.empty());
    }

    private static byte[] start(long bucket, ListQuery query) {
        if (query.after().compareTo(query.prefix()) < 0) {
            return Keys.key(bucket, query.prefix());
        }
        byte[] after = Keys.key(bucket, query.after());
        if (Rules.isCommonPrefix(query.after(), query.prefix(), query.delimiter())) {
            return Keys.pastPrefix(after);
        }
        return query.after().isEmpty() ? after : Keys.next(after);
    }

    /// The end of the first delimiter at or after {@code from}; -1 when there is none.
    private static int commonPrefixEnd(byte[] key, int from, byte[] delimiter) {
        if (delimiter.length == 0) {
            return -1;
        }
        int last = key.length - delimiter.length;
        for (int at = from; at <= last; at++) {
            if (key[at] == delimiter[0]
                    && (delimiter.length == 1
                            || Arrays.equals(key, at, at + delimiter.length, delimiter, 0, delimiter.length))) {
                return at + delimiter.length;
            }
        }
        return -1;
    }
}
