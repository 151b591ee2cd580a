package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredDeletion;
import io.flywheel.namespace.record.StoredLayout;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredUpload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// The queries that are no listings of keys, over the tables. Each sees one moment or the moments between its reads.
final class Queries {
    private final KeyValues tables;
    private final Rows rows;
    private final StateMachine machine;

    /// No entry of the deletion queue lies below: what was taken from its front is not walked again.
    private final AtomicLong deletionsFrom = new AtomicLong(1);

    Queries(KeyValues tables, StateMachine machine) {
        this.tables = tables;
        this.rows = new Rows(tables);
        this.machine = machine;
    }

    List<Bucket> buckets(AccountId owner, String prefix, String after, int limit) {
        List<Bucket> page = new ArrayList<>();
        byte[] lower = Keys.text(owner.value(), prefix.compareTo(after) > 0 ? prefix : after);
        byte[] upper = Keys.pastPrefix(Keys.text(owner.value(), prefix));
        int nameAt = Keys.text(owner.value()).length;
        try (Cursor cursor = tables.cursor(Table.BUCKET_OWNERS, lower, upper)) {
            for (boolean more = cursor.seek(lower); more && page.size() < limit; more = cursor.next()) {
                byte[] key = cursor.key();
                String name = new String(key, nameAt, key.length - nameAt, java.nio.charset.StandardCharsets.UTF_8);
                if (name.compareTo(after) > 0) {
                    machine.bucket(name).ifPresent(found -> page.add(found.bucket()));
                }
            }
        }
        return page;
    }

    Optional<Upload> upload(UploadId id) {
        return rows.upload(id).filter(found -> !found.gone()).map(StoredUpload::upload);
    }

    List<Part> parts(UploadId id, int after, int limit) {
        List<Part> page = new ArrayList<>();
        byte[] lower = Keys.part(id, Math.max(after, 0) + (after < 0 ? 0 : 1));
        try (Cursor cursor = tables.cursor(Table.PARTS, lower, Keys.pastPrefix(Keys.upload(id)))) {
            for (boolean more = cursor.seek(lower); more && page.size() < limit; more = cursor.next()) {
                page.add(whole(id, Rows.decoded(cursor.value(), Table.PARTS, StoredPart::decode)));
            }
        }
        return page;
    }

    Optional<Part> part(UploadId id, int number) {
        return rows.storedPart(id, number).map(stored -> whole(id, stored));
    }

    private Part whole(UploadId id, StoredPart stored) {
        return stored.part().withContent(rows.content(id, stored));
    }

    Optional<PartLayout> layout(UploadId id) {
        byte[] value = tables.get(Table.LAYOUTS, Keys.upload(id));
        return value == null ? Optional.empty() : Optional.of(Rows.decoded(value, Table.LAYOUTS, StoredLayout::decode));
    }

    /// A page never ends within what one command queued.
    List<Deletion> deletions(long after, int limit) {
        List<Deletion> page = new ArrayList<>();
        long appliedBefore = machine.position();
        long from = deletionsFrom.get();
        byte[] lower = Keys.deletion(Math.max(after + 1, from), 0);
        try (Cursor cursor = tables.cursor(Table.DELETIONS, lower, Keys.END)) {
            for (boolean more = cursor.seek(lower); more; more = cursor.next()) {
                Command.Reclaimed.Entry entry = Rows.decoded(cursor.key(), Table.DELETIONS, Keys::deletion);
                long position = entry.position();
                if (page.size() >= limit && (page.isEmpty() || page.getLast().position() != position)) {
                    break;
                }
                page.add(Rows.decoded(
                        cursor.value(),
                        Table.DELETIONS,
                        value -> StoredDeletion.decode(value, position, entry.ordinal())));
            }
        }
        if (after < from && limit > 0) {
            long first = page.isEmpty() ? appliedBefore + 1 : page.getFirst().position();
            deletionsFrom.accumulateAndGet(first, Math::max);
        }
        return page;
    }

    List<BlockId> blocks(BlockId from, int limit) {
        List<BlockId> page = new ArrayList<>();
        byte[] lower = Keys.block(from);
        try (Cursor cursor = tables.cursor(Table.BLOCKS, lower, Keys.END)) {
            for (boolean more = cursor.seek(lower); more && page.size() < limit; more = cursor.next()) {
                page.add(Rows.decoded(cursor.key(), Table.BLOCKS, Keys::block));
            }
        }
        return page;
    }

    List<StoredBlock> storedBlocks(BlockId from, int limit) {
        List<StoredBlock> page = new ArrayList<>();
        byte[] lower = Keys.block(from);
        BlockOwners owners = new BlockOwners(tables);
        try (Cursor cursor = tables.cursor(Table.BLOCKS, lower, Keys.END)) {
            for (boolean more = cursor.seek(lower); more && page.size() < limit; more = cursor.next()) {
                BlockId block = Rows.decoded(cursor.key(), Table.BLOCKS, Keys::block);
                StoredOwner owner = Rows.decoded(cursor.value(), Table.BLOCKS, StoredOwner::decode);
                page.add(new StoredBlock(block, owners.ref(block, owner)));
            }
        }
        return page;
    }

    List<Upload> uploadsBegunBefore(long unixMillis, int limit) {
        List<Upload> page = new ArrayList<>();
        byte[] upper = Keys.timeBound(unixMillis);
        byte[] lower = new byte[0];
        try (Cursor cursor = tables.cursor(Table.UPLOAD_TIMES, lower, upper)) {
            for (boolean more = cursor.seek(lower); more && page.size() < limit; more = cursor.next()) {
                rows.upload(Rows.decoded(cursor.key(), Table.UPLOAD_TIMES, Keys::uploadAtEnd))
                        .filter(StoredUpload::inProgress)
                        .ifPresent(found -> page.add(found.upload()));
            }
        }
        return page;
    }
}
