package io.flywheel.objects;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.ShardId;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the bytes of one object, or one part, as they come. What stays tiny is kept in memory and travels inside the
/// namespace command; anything else streams to the shard store in blocks, whose window of memory is only taken then.
/// For one task at a time.
///
/// Closing it before {@link #finish} returned {@link Written.Stored} removes what was written.
public final class DataWriter implements AutoCloseable {
    /// The bytes of a block, but the last of an object.
    static final int BLOCK_BYTES = ShardStore.SHARD_BYTES_MAX;

    static final int PIECE_BYTES = BufferPool.PIECE_BYTES;

    private final ShardStore store;
    private final WriteLease lease;
    private final int inlineBytesMax;
    private final List<BlockRef> blocks = new ArrayList<>();
    private final List<Dependency> dependencies = new ArrayList<>();
    private final Crc64Nvme crc = new Crc64Nvme();

    private byte[] inline = {};
    private ShardStore.@Nullable Writer writer;
    private @Nullable BlockId block;
    private long[] pieceCrcs = {};
    private int blockBytes;
    private long sizeBytes;
    private @Nullable Written refused;
    private boolean finished;

    DataWriter(ShardStore store, WriteLease lease, int inlineBytesMax) {
        this.store = store;
        this.lease = lease;
        this.inlineBytesMax = inlineBytesMax;
    }

    /// The write lease of the blocks, to be named by the command that commits them.
    public long lease() {
        return lease.number();
    }

    /// Bytes appended so far.
    public long sizeBytes() {
        return sizeBytes;
    }

    /// Takes the bytes (the buffer may be reused on return); waits while too much is on its way to the disk. False when
    /// the disk refused: nothing more need be appended, and {@link #finish} tells why.
    public boolean append(ByteBuffer bytes) {
        checkState(!finished, "the writer has ended");
        if (refused != null) {
            return false;
        }
        int length = bytes.remaining();
        if (writer == null && blocks.isEmpty()) {
            if (sizeBytes + length <= inlineBytesMax) {
                keepInline(bytes);
                return true;
            }
            toBlocks(ByteBuffer.wrap(inline, 0, (int) sizeBytes));
            inline = new byte[0];
        }
        toBlocks(bytes);
        sizeBytes += length;
        return refused == null;
    }

    /// Ends the object; returns once its bytes are persistent.
    public Written finish() {
        checkState(!finished, "the writer has ended");
        if (refused == null && writer != null) {
            sealBlock(writer);
        }
        for (Dependency dependency : dependencies) {
            if (refused == null && dependency.await() instanceof Persisted.Lost(var reason)) {
                refused = new Written.Failed(reason);
            }
        }
        if (refused != null) {
            Written outcome = refused;
            close();
            return outcome;
        }
        finished = true;
        Content content = blocks.isEmpty()
                ? new Content.Inline(
                        Bytes.wrap(inline.length == sizeBytes ? inline : Arrays.copyOf(inline, (int) sizeBytes)))
                : new Content.Blocks(blocks);
        return new Written.Stored(content, sizeBytes);
    }

    /// Removes what was written, unless it was finished well.
    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        if (writer != null) {
            writer.close();
            writer = null;
        }
        for (BlockRef written : blocks) {
            // Nobody waits: should a crash undo the removal, the audit finds the orphan.
            store.delete(shardOf(written.id()));
        }
    }

    /// The shard of a block; while there are only single copies, slot 0.
    static ShardId shardOf(BlockId block) {
        return new ShardId(block, 0);
    }

    private void keepInline(ByteBuffer bytes) {
        int used = (int) sizeBytes;
        int needed = used + bytes.remaining();
        if (needed > inline.length) {
            // Most come in one go.
            int grown = used == 0 ? needed : Math.min(Math.max(needed, inline.length * 2), inlineBytesMax);
            inline = Arrays.copyOf(inline, grown);
        }
        bytes.get(inline, used, bytes.remaining());
        sizeBytes = needed;
    }

    private void toBlocks(ByteBuffer bytes) {
        while (bytes.hasRemaining() && refused == null) {
            var current = writer != null ? writer : openBlock();
            int part = Math.min(bytes.remaining(), BLOCK_BYTES - blockBytes);
            ByteBuffer slice = bytes.slice(bytes.position(), part);
            bytes.position(bytes.position() + part);
            checksum(slice.duplicate());
            if (!current.append(slice)) {
                refuse(current);
            } else if (blockBytes == BLOCK_BYTES) {
                sealBlock(current);
            }
        }
    }

    private ShardStore.Writer openBlock() {
        var id = lease.nextBlock();
        var opened = store.open(shardOf(id));
        block = id;
        writer = opened;
        blockBytes = 0;
        pieceCrcs = new long[4];
        return opened;
    }

    /// Goes on with the checksum of each piece; a value that is stored belongs to a piece that is complete.
    private void checksum(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int pieceRoom = PIECE_BYTES - blockBytes % PIECE_BYTES;
            int part = Math.min(bytes.remaining(), pieceRoom);
            int end = bytes.limit();
            bytes.limit(bytes.position() + part);
            crc.update(bytes);
            bytes.limit(end);
            blockBytes += part;
            if (part == pieceRoom) {
                endPiece();
            }
        }
    }

    private void endPiece() {
        int index = (blockBytes - 1) / PIECE_BYTES;
        if (index == pieceCrcs.length) {
            pieceCrcs = Arrays.copyOf(pieceCrcs, Math.min(pieceCrcs.length * 4, BLOCK_BYTES / PIECE_BYTES));
        }
        pieceCrcs[index] = crc.getValue();
        crc.reset();
    }

    private void sealBlock(ShardStore.Writer current) {
        if (blockBytes % PIECE_BYTES != 0) {
            endPiece();
        }
        var id = Optional.ofNullable(block).orElseThrow();
        int pieces = (blockBytes + PIECE_BYTES - 1) / PIECE_BYTES;
        writer = null;
        switch (current.seal()) {
            case ShardStore.Sealed.Accepted(var dependency) -> {
                blocks.add(new BlockRef(id, blockBytes, PIECE_BYTES, Arrays.copyOf(pieceCrcs, pieces)));
                dependencies.add(dependency);
            }
            case ShardStore.Sealed.Full() -> refused = new Written.Full();
            case ShardStore.Sealed.Fenced(var reason) -> refused = new Written.Failed(reason);
        }
    }

    private void refuse(ShardStore.Writer current) {
        sealBlock(current);
        if (refused == null) {
            refused = new Written.Failed("the disk refused bytes and took the block");
        }
    }
}
