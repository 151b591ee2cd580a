package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.namespace.keyvalue.Changes;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredContent;
import io.flywheel.namespace.record.StoredDeletion;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredUpload;
import io.flywheel.namespace.record.StoredVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One command's changes: what it stores, and what it frees for deletion.
final class Step {
    static final Outcome DONE = new Outcome.Done();

    final Changes changes;
    final Rows rows;
    final long position;
    private final List<BlockId> freedBlocks = new ArrayList<>();
    private final List<UploadId> freedUploads = new ArrayList<>();

    Step(Changes changes, long position) {
        this.changes = changes;
        this.rows = new Rows(changes);
        this.position = position;
    }

    /// Stores what of the content is too large for its record, and whom its blocks belong to.
    void keep(Content content, byte[] payloadKey, StoredOwner owner) {
        if (StoredVersion.large(content)) {
            changes.put(Table.PAYLOADS, payloadKey, StoredContent.encode(content));
        }
        if (content instanceof Content.Blocks(List<BlockRef> refs)) {
            byte[] value = owner.encode();
            refs.forEach(ref -> changes.put(Table.BLOCKS, Keys.block(ref.id()), value));
        }
    }

    /// Nothing references the content any more.
    void free(Content content) {
        switch (content) {
            case Content.Inline _ -> {}
            case Content.Blocks(List<BlockRef> refs) -> refs.forEach(ref -> freedBlocks.add(ref.id()));
            case Content.Parts(UploadId id) -> {
                rows.upload(id).ifPresent(upload -> put(new StoredUpload(upload.bucketId(), true, upload.upload())));
                freedUploads.add(id);
            }
        }
    }

    void put(StoredUpload upload) {
        changes.put(Table.UPLOADS, Keys.upload(upload.upload().id()), upload.encode());
    }

    /// Removes a part's rows and returns its content.
    Content removePart(UploadId id, StoredPart stored) {
        Content content = rows.content(id, stored);
        changes.remove(Table.PARTS, Keys.part(id, stored.part().number()));
        if (stored.elsewhere()) {
            changes.remove(Table.PAYLOADS, Keys.partPayload(id, stored.part().number()));
        }
        return content;
    }

    void queueFreed() {
        int ordinal = 0;
        for (int from = 0; from < freedBlocks.size(); from += Rules.DELETION_BLOCKS_MAX) {
            int to = Math.min(freedBlocks.size(), from + Rules.DELETION_BLOCKS_MAX);
            queue(new Deletion.OfBlocks(position, ordinal++, freedBlocks.subList(from, to)));
        }
        for (UploadId upload : freedUploads) {
            queue(new Deletion.OfUpload(position, ordinal++, upload));
        }
    }

    private void queue(Deletion deletion) {
        changes.put(
                Table.DELETIONS,
                Keys.deletion(deletion.position(), deletion.ordinal()),
                StoredDeletion.encode(deletion));
    }

    /// An upload's entry stays until all its parts are forgotten.
    Outcome reclaimed(Command.Reclaimed reclaimed) {
        for (Command.Reclaimed.Entry entry : reclaimed.entries()) {
            byte[] key = Keys.deletion(entry.position(), entry.ordinal());
            byte[] value = changes.get(Table.DELETIONS, key);
            if (value == null) {
                continue;
            }
            Deletion deletion = Rows.decoded(
                    value, Table.DELETIONS, bytes -> StoredDeletion.decode(bytes, entry.position(), entry.ordinal()));
            switch (deletion) {
                case Deletion.OfBlocks ofBlocks -> {
                    ofBlocks.blocks().forEach(block -> changes.remove(Table.BLOCKS, Keys.block(block)));
                    changes.remove(Table.DELETIONS, key);
                }
                case Deletion.OfUpload ofUpload -> {
                    byte[] upload = Keys.upload(ofUpload.upload());
                    if (changes.first(Table.PARTS, upload, Keys.pastPrefix(upload))
                            .isEmpty()) {
                        changes.remove(Table.UPLOADS, upload);
                        changes.remove(Table.LAYOUTS, upload);
                        changes.remove(Table.DELETIONS, key);
                    }
                }
            }
        }
        return DONE;
    }

    Outcome forgetParts(Command.ForgetParts forget) {
        Optional<StoredUpload> upload = rows.upload(forget.upload());
        if (upload.isEmpty() || !upload.get().gone()) {
            return Rules.refused(Outcome.Refusal.NO_SUCH_UPLOAD);
        }
        for (int number : forget.numbers()) {
            Optional<StoredPart> part = rows.storedPart(forget.upload(), number);
            if (part.isPresent()
                    && removePart(forget.upload(), part.get()) instanceof Content.Blocks(List<BlockRef> refs)) {
                refs.forEach(ref -> changes.remove(Table.BLOCKS, Keys.block(ref.id())));
            }
        }
        return DONE;
    }
}
