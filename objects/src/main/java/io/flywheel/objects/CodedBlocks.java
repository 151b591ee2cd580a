package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Blocks of Reed–Solomon stripes: a stripe is gathered, encoded, verified, and its cells go to all disks at
/// once. What ends before it is worth cutting becomes copies, of which one disk operation reads it.
///
/// The checksums of the pieces are taken from the bytes as they come. Before a stripe goes to the disks they
/// are compared with the cells, and the parity with the data: what memory or a bug changed in between is not
/// acknowledged.
final class CodedBlocks implements Blocks {
    /// Up to this many bytes an object is stored as copies.
    static final int COPIES_BYTES_MAX = 128 << 10;

    private static final int CELL_BYTES = DataWriter.PIECE_BYTES;

    private static final Duration MEMORY_WAIT = Duration.ofSeconds(2);

    private final DataPath path;
    private final BlockList list;
    private final Scheme scheme;
    private final Crc64Nvme crc = new Crc64Nvme();
    private Fleet.Place.@Nullable On place;
    private List<BufferPool.Buffer> buffers = List.of();
    private ByteBuffer[] cells = {};
    private @Nullable BlockWriter writer;
    private long[] pieceCrcs = {};
    private int pieces;
    private int blockBytes;
    /// What is expected to come from the open block on.
    private long leftBytes;
    /// Bytes of the stripe that is being gathered.
    private int stripeBytes;

    CodedBlocks(DataPath path, BlockList list, Scheme scheme, long lengthBytes) {
        this.path = path;
        this.list = list;
        this.scheme = scheme;
        leftBytes = lengthBytes;
    }

    @Override
    public boolean append(ByteBuffer bytes) {
        while (bytes.hasRemaining() && !list.isRefused()) {
            if (place == null && !begin()) {
                return false;
            }
            int column = stripeBytes / CELL_BYTES;
            int at = stripeBytes % CELL_BYTES;
            int part = Math.min(bytes.remaining(), CELL_BYTES - at);
            crc.update(bytes.slice(bytes.position(), part));
            cells[column].put(at, bytes, bytes.position(), part);
            bytes.position(bytes.position() + part);
            stripeBytes += part;
            if (at + part == CELL_BYTES) {
                endPiece();
            }
            if (stripeBytes == columns() * CELL_BYTES) {
                writeStripe(CELL_BYTES);
                if (blockBytes + columns() * CELL_BYTES > DataWriter.BLOCK_BYTES_MAX) {
                    sealBlock();
                }
            }
        }
        return !list.isRefused();
    }

    private int columns() {
        return place == null ? 0 : place.scheme().dataShards();
    }

    /// Chooses the disks of a block and takes the memory of a stripe.
    private boolean begin() {
        var chosen = list.place(scheme, leftBytes).orElse(null);
        if (chosen == null) {
            return false;
        }
        int shards = chosen.scheme().shards();
        if (buffers.size() != shards) {
            close();
            buffers = path.writing().acquireAll(shards, MEMORY_WAIT).orElse(List.of());
            if (buffers.isEmpty()) {
                list.refuse(new Written.NoMemory());
                return false;
            }
        }
        cells = buffers.stream().map(BufferPool.Buffer::bytes).toArray(ByteBuffer[]::new);
        place = chosen;
        pieceCrcs = new long[columns()];
        pieces = 0;
        blockBytes = 0;
        stripeBytes = 0;
        return true;
    }

    private void endPiece() {
        if (pieces == pieceCrcs.length) {
            pieceCrcs = Arrays.copyOf(pieceCrcs, pieceCrcs.length * 2);
        }
        pieceCrcs[pieces] = crc.getValue();
        pieces++;
        crc.reset();
    }

    @Override
    public void end() {
        if (place == null || list.isRefused()) {
            return;
        }
        if (stripeBytes % CELL_BYTES != 0) {
            endPiece();
        }
        if (list.isEmpty() && writer == null && stripeBytes <= COPIES_BYTES_MAX) {
            writeCopies();
            return;
        }
        if (stripeBytes > 0 && shareOut()) {
            writeStripe((stripeBytes + columns() - 1) / columns());
        }
        if (!list.isRefused()) {
            sealBlock();
        }
    }

    private void writeCopies() {
        crc.update(cells[0].duplicate().clear().limit(stripeBytes));
        boolean same = crc.getValue() == pieceCrcs[0];
        crc.reset();
        if (!isRight(same, "gathering")) {
            return;
        }
        list.placeCopies(scheme, stripeBytes).ifPresent(on -> {
            var copies = list.open(on);
            copies.append(cells[0].clear().limit(stripeBytes));
            list.check(copies);
            if (!list.isRefused()) {
                list.seal(copies, stripeBytes, CELL_BYTES, Arrays.copyOf(pieceCrcs, 1));
            }
        });
        place = null;
    }

    /// Moves the bytes of the last stripe, which fill its first cells, so that all cells hold as many. Their
    /// checksums become those of the new pieces, after both were found to say the same of all bytes together.
    private boolean shareOut() {
        int received = (stripeBytes + CELL_BYTES - 1) / CELL_BYTES;
        long before = together(received, CELL_BYTES);
        int cellBytes = (stripeBytes + columns() - 1) / columns();
        // From the last byte to the first: a cell's new bytes come from itself and from those before it.
        for (int column = columns() - 1; column >= 0; column--) {
            int from = Math.min(column * cellBytes, stripeBytes);
            int to = Math.min(from + cellBytes, stripeBytes);
            for (int end = to; end > from; ) {
                int source = (end - 1) / CELL_BYTES;
                int start = Math.max(from, source * CELL_BYTES);
                cells[column].put(start - column * cellBytes, cells[source], start - source * CELL_BYTES, end - start);
                end = start;
            }
            for (int at = to - from; at < cellBytes; at++) {
                cells[column].put(at, (byte) 0);
            }
        }
        pieces -= received;
        for (int at = 0; at < stripeBytes; at += cellBytes) {
            crc.update(cells[at / cellBytes].slice(0, Math.min(cellBytes, stripeBytes - at)));
            endPiece();
        }
        return isRight(before == together((stripeBytes + cellBytes - 1) / cellBytes, cellBytes), "sharing it out");
    }

    /// The checksum of the last pieces, one after the other.
    private long together(int count, int bytes) {
        long all = pieceCrcs[pieces - count];
        for (int i = 1; i < count; i++) {
            long length = Math.min(bytes, stripeBytes - i * bytes);
            all = Crc64Nvme.combine(all, pieceCrcs[pieces - count + i], length);
        }
        return all;
    }

    private boolean isRight(boolean right, String step) {
        if (!right) {
            list.refuse(new Written.Failed("bytes of a stripe were not the same after " + step));
        }
        return right;
    }

    private void writeStripe(int cellBytes) {
        for (var cell : cells) {
            cell.clear().limit(cellBytes);
        }
        ErasureCode code = path.codes().of(on().scheme());
        code.encode(cells);
        if (!isRight(code.disagreeing(cells).isEmpty(), "encoding")
                || (stripeBytes == columns() * CELL_BYTES && !isRight(holdsWhatCame(), "gathering"))) {
            return;
        }
        var current = writer;
        if (current == null) {
            current = list.open(on());
            writer = current;
        }
        if (!list.isRefused()) {
            current.append(cells);
            list.check(current);
        }
        blockBytes += stripeBytes;
        stripeBytes = 0;
        for (var cell : cells) {
            cell.clear();
        }
    }

    private Fleet.Place.On on() {
        return Objects.requireNonNull(place);
    }

    /// Whether the cells of a whole stripe have the checksums that were taken when they came.
    private boolean holdsWhatCame() {
        for (int column = 0; column < columns(); column++) {
            crc.update(cells[column].duplicate());
            boolean same = crc.getValue() == pieceCrcs[pieces - columns() + column];
            crc.reset();
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private void sealBlock() {
        var current = writer;
        if (current != null && !list.isRefused()) {
            list.seal(current, blockBytes, CELL_BYTES, Arrays.copyOf(pieceCrcs, pieces));
        }
        writer = null;
        place = null;
        leftBytes -= blockBytes;
    }

    @Override
    public void close() {
        buffers.forEach(BufferPool.Buffer::release);
        buffers = List.of();
        cells = new ByteBuffer[0];
    }
}
