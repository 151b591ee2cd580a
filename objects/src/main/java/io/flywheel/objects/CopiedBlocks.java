package io.flywheel.objects;

import io.flywheel.base.Crc64Nvme;
import io.flywheel.erasure.Scheme;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Blocks of whole copies: what comes goes to the disks as it comes.
final class CopiedBlocks implements Blocks {
    private final BlockList list;
    private final Scheme scheme;
    private final Crc64Nvme crc = new Crc64Nvme();
    private @Nullable BlockWriter writer;
    private long[] pieceCrcs = {};
    private int blockBytes;
    /// What is expected to come from the open block on.
    private long leftBytes;

    CopiedBlocks(BlockList list, Scheme scheme, long lengthBytes) {
        this.list = list;
        this.scheme = scheme;
        leftBytes = lengthBytes;
    }

    @Override
    public boolean append(ByteBuffer bytes) {
        while (bytes.hasRemaining() && !list.isRefused()) {
            var current = writer != null ? writer : open();
            if (current == null) {
                return false;
            }
            int part = Math.min(bytes.remaining(), DataWriter.BLOCK_BYTES_MAX - blockBytes);
            ByteBuffer slice = bytes.slice(bytes.position(), part);
            bytes.position(bytes.position() + part);
            checksum(slice.duplicate());
            current.append(slice);
            list.check(current);
            if (blockBytes == DataWriter.BLOCK_BYTES_MAX) {
                end();
            }
        }
        return !list.isRefused();
    }

    private @Nullable BlockWriter open() {
        writer = list.place(scheme, leftBytes).map(list::open).orElse(null);
        blockBytes = 0;
        pieceCrcs = new long[4];
        return writer;
    }

    /// Goes on with the checksum of each piece; a value that is stored belongs to a piece that is complete.
    private void checksum(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int pieceRoom = DataWriter.PIECE_BYTES - blockBytes % DataWriter.PIECE_BYTES;
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
        int index = (blockBytes - 1) / DataWriter.PIECE_BYTES;
        if (index == pieceCrcs.length) {
            pieceCrcs = Arrays.copyOf(
                    pieceCrcs, Math.min(pieceCrcs.length * 4, DataWriter.BLOCK_BYTES_MAX / DataWriter.PIECE_BYTES));
        }
        pieceCrcs[index] = crc.getValue();
        crc.reset();
    }

    @Override
    public void end() {
        var current = writer;
        if (current == null || list.isRefused()) {
            return;
        }
        if (blockBytes % DataWriter.PIECE_BYTES != 0) {
            endPiece();
        }
        int pieces = (blockBytes + DataWriter.PIECE_BYTES - 1) / DataWriter.PIECE_BYTES;
        list.seal(current, blockBytes, DataWriter.PIECE_BYTES, Arrays.copyOf(pieceCrcs, pieces));
        writer = null;
        leftBytes -= blockBytes;
    }

    @Override
    public void close() {}
}
