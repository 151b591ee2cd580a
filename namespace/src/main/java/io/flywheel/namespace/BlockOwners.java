package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredOwner;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// From a block to what its object or part says about it. For the blocks of one page: what was read for one is kept
/// for the others. What is removed while this reads is not found.
final class BlockOwners {
    private final KeyValues tables;
    private final Rows rows;
    /// By bucket and position, where owners do not say the key.
    private final SortedMap<Long, SortedMap<Long, Bytes>> keys = new TreeMap<>();
    private Optional<StoredOwner> lastOwner = Optional.empty();
    private Content lastContent = Content.EMPTY;

    BlockOwners(KeyValues tables) {
        this.tables = tables;
        this.rows = new Rows(tables);
    }

    Optional<BlockRef> ref(BlockId block, StoredOwner owner) {
        if (!lastOwner.equals(Optional.of(owner))) {
            lastOwner = Optional.of(owner);
            lastContent = content(owner).orElse(Content.EMPTY);
        }
        return lastContent instanceof Content.Blocks(List<BlockRef> refs)
                ? refs.stream().filter(ref -> ref.id().equals(block)).findFirst()
                : Optional.empty();
    }

    private Optional<Content> content(StoredOwner owner) {
        return switch (owner) {
            case StoredOwner.OfVersion ofVersion -> content(ofVersion);
            case StoredOwner.OfPart(long _, UploadId id, int number) ->
                rows.upload(id)
                        .filter(upload -> !upload.gone())
                        .flatMap(_ -> rows.storedPart(id, number))
                        .map(stored -> rows.content(id, stored));
        };
    }

    private Optional<Content> content(StoredOwner.OfVersion owner) {
        long position = owner.version().position();
        return owner.key()
                .or(() -> Optional.ofNullable(keys(owner.bucketId()).get(position)))
                .flatMap(key -> rows.version(owner.bucketId(), key, position))
                .flatMap(stored -> stored.object().flatMap(object -> rows.content(stored, object)));
    }

    /// Earlier releases did not write an owner's key: the versions of its bucket are read through.
    private SortedMap<Long, Bytes> keys(long bucket) {
        return keys.computeIfAbsent(bucket, _ -> {
            SortedMap<Long, Bytes> found = new TreeMap<>();
            byte[] lower = Keys.number(bucket);
            try (Cursor cursor = tables.cursor(Table.VERSIONS, lower, Keys.pastPrefix(lower))) {
                for (boolean more = cursor.seek(lower); more; more = cursor.next()) {
                    byte[] key = cursor.key();
                    found.put(
                            Rows.decoded(key, Table.VERSIONS, Keys::position),
                            Rows.decoded(key, Table.VERSIONS, row -> Keys.unescaped(row, 2 + 8)));
                }
            }
            return found;
        });
    }
}
