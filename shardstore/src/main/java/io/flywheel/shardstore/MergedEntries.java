package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Several streams as one; of the entries of one key, only that of the first stream that has one.
final class MergedEntries implements EntryStream {
    private final List<Head> heads = new ArrayList<>();
    private @Nullable ShardKey key;
    private Entry entry = Entry.REMOVED;

    private static final class Head {
        final EntryStream stream;
        ShardKey key;

        Head(EntryStream stream) {
            this.stream = stream;
            this.key = stream.key();
        }
    }

    /// @param newestFirst the stream whose entries hide those of the others comes first
    MergedEntries(List<? extends EntryStream> newestFirst) {
        for (var stream : newestFirst) {
            if (stream.next()) {
                heads.add(new Head(stream));
            }
        }
    }

    @Override
    public boolean next() {
        Head least = null;
        for (var head : heads) {
            if (least == null || head.key.compareTo(least.key) < 0) {
                least = head;
            }
        }
        if (least == null) {
            return false;
        }
        var found = least.key;
        key = found;
        entry = least.stream.entry();
        heads.removeIf(head -> head.key.equals(found) && !advance(head));
        return true;
    }

    private static boolean advance(Head head) {
        if (!head.stream.next()) {
            return false;
        }
        head.key = head.stream.key();
        return true;
    }

    @Override
    public ShardKey key() {
        return Objects.requireNonNull(key, "the stream is at an entry");
    }

    @Override
    public Entry entry() {
        return entry;
    }
}
