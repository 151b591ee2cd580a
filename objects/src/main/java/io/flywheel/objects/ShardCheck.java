package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.Optional;

/// Reads a whole shard from one disk and tells whether it is what was written: by the checksums of the disk's frames,
/// which the store verifies, and, but for parity, by the end-to-end checksums. Thread-safe.
public final class ShardCheck {
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(10);

    private final BufferPool pool;

    /// What it came to.
    public sealed interface Checked {
        record Right(long bytes) implements Checked {}

        /// The block has no shard in that slot.
        record NotThere() implements Checked {}

        /// It is missing, or its bytes are not those that were written.
        record Wrong(String what) implements Checked {}

        /// It could not be read (now).
        record Unknown(String reason) implements Checked {}
    }

    /// @param pool whose buffers hold a piece each; one is in use at a time
    public ShardCheck(BufferPool pool) {
        this.pool = pool;
    }

    public Checked check(BlockRef ref, int slot, ShardStore store) {
        if (!ShardRebuild.hasShard(ref, slot)) {
            return new Checked.NotThere();
        }
        if (!(BlockLayout.of(ref) instanceof BlockLayout.Read.Known(var layout))) {
            return new Checked.Unknown(ref + " was written by another release");
        }
        var id = new ShardId(ref.id(), slot);
        try {
            long bytes = store.length(id).orElse(-1L);
            if (bytes != layout.shardBytes()) {
                return new Checked.Wrong(bytes < 0 ? "is missing" : "has " + bytes + " bytes");
            }
        } catch (IndexUnreadable unreadable) {
            return unreadable.isDamage()
                    ? new Checked.Wrong("is corrupt: " + unreadable.getMessage())
                    : new Checked.Unknown(String.valueOf(unreadable.getMessage()));
        }
        var buffer = pool.acquire(MEMORY_WAIT).orElse(null);
        if (buffer == null) {
            return new Checked.Unknown("no memory");
        }
        try {
            int shard = layout.slots().indexOf(slot);
            for (int stripe = 0; stripe < layout.stripes(); stripe++) {
                var wrong = stripe(ref, layout, id, stripe, shard, store, buffer);
                if (wrong.isPresent()) {
                    return wrong.get();
                }
            }
            return new Checked.Right(layout.shardBytes());
        } finally {
            buffer.release();
        }
    }

    private static Optional<Checked> stripe(
            BlockRef ref,
            BlockLayout layout,
            ShardId id,
            int stripe,
            int shard,
            ShardStore store,
            BufferPool.Buffer buffer) {
        var cell = buffer.bytes().clear().limit(layout.cellBytes(stripe));
        return switch (store.get(id, layout.cellStart(stripe), cell)) {
            case ShardStore.Read.Missing() -> Optional.of(new Checked.Wrong("is missing"));
            case ShardStore.Read.Corrupt(var where) -> Optional.of(new Checked.Wrong("is corrupt: " + where));
            case ShardStore.Read.Failed(var reason) -> Optional.of(new Checked.Unknown(reason));
            case ShardStore.Read.Found() -> {
                int column = layout.scheme() instanceof Scheme.Copies ? 0 : shard;
                int piece = stripe * layout.columns() + column;
                if (column >= layout.columns() || piece >= layout.pieces()) {
                    yield Optional.empty();
                }
                var crc = new Crc64Nvme();
                crc.update(cell.flip().limit(layout.pieceBytes(piece)));
                yield crc.getValue() == ref.pieceCrcs()[piece]
                        ? Optional.empty()
                        : Optional.of(new Checked.Wrong("has another end-to-end checksum"));
            }
        };
    }
}
