package io.flywheel.objects;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Content;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes the bytes of one object, or one part, as they come. What stays tiny is kept in memory and travels
/// inside the namespace command; anything else streams to the disks in blocks, whose window of memory is only
/// taken then. For one task at a time.
///
/// Closing it before {@link #finish} returned {@link Written.Stored} removes what was written.
public final class DataWriter implements AutoCloseable {
    /// The bytes of a block at most.
    static final int BLOCK_BYTES_MAX = ShardStore.SHARD_BYTES_MAX;

    static final int PIECE_BYTES = BufferPool.PIECE_BYTES;

    private final DataPath path;
    private final BlockList list;
    private final WriteLease lease;
    private final Scheme scheme;
    private final long lengthBytes;
    private final int inlineBytesMax;

    private byte[] inline = {};
    private @Nullable Blocks blocks;
    private long sizeBytes;
    private boolean ended;

    DataWriter(DataPath path, BlockList list, WriteLease lease, Scheme scheme, long lengthBytes, int inlineBytesMax) {
        this.path = path;
        this.list = list;
        this.lease = lease;
        this.scheme = scheme;
        this.lengthBytes = lengthBytes;
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

    /// Takes the bytes (the buffer may be reused on return); waits while too much is on its way to the disks.
    /// False when they refused: nothing more need be appended, and {@link #finish} tells why.
    public boolean append(ByteBuffer bytes) {
        checkState(!ended, "the writer has ended");
        if (list.isRefused()) {
            return false;
        }
        int length = bytes.remaining();
        var current = blocks;
        if (current == null) {
            if (sizeBytes + length <= inlineBytesMax) {
                keepInline(bytes);
                return true;
            }
            current = Blocks.of(path, list, scheme, lengthBytes);
            blocks = current;
            current.append(ByteBuffer.wrap(inline, 0, (int) sizeBytes));
            inline = new byte[0];
        }
        boolean taken = current.append(bytes);
        sizeBytes += length;
        return taken;
    }

    /// Ends the object; returns once its bytes are persistent.
    public Written finish() {
        checkState(!ended, "the writer has ended");
        var current = blocks;
        if (current == null) {
            ended = true;
            byte[] bytes = inline.length == sizeBytes ? inline : Arrays.copyOf(inline, (int) sizeBytes);
            return new Written.Stored(new Content.Inline(Bytes.wrap(bytes)), sizeBytes);
        }
        current.end();
        // A block that is written anew needs the memory.
        current.close();
        var written = list.finish();
        if (written.isEmpty()) {
            close();
            return list.refusal();
        }
        ended = true;
        return new Written.Stored(new Content.Blocks(written.get()), sizeBytes);
    }

    /// Removes what was written, unless it was finished well.
    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        if (blocks != null) {
            blocks.close();
        }
        list.remove();
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
}
