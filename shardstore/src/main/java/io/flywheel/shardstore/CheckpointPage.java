package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A page of a checkpoint: the payload of a {@link Operation#PAGE} frame. The pages of a checkpoint, from the
/// first to the last, which the superblock names, list all extents and tables. Little-endian:
///
/// ```
///  previous page: locator of 24 bytes, zeros for the first
///  extents u32 | tables u32
///  per extent: extent u32 | written/64 u32 | incarnation u64 | bytes of values u64, or -1
///  per table:  level u32 | entries u32 | bytes u64 | first key 3 x u64 | last key 3 x u64
///              | root: locator of 24 bytes
/// ```
record CheckpointPage(Optional<Locator> previous, List<ExtentState> extents, List<TableState> tables) {
    static final int HEAD_BYTES = Locator.BYTES + 8;
    static final int EXTENT_BYTES = 24;
    static final long UNKNOWN_BYTES = -1;
    static final int TABLE_BYTES = 16 + 2 * ShardKey.BYTES + Locator.BYTES;

    /// An extent that was not free at the checkpoint's cut.
    ///
    /// @param valueBytes what the frames of live values took, or {@link #UNKNOWN_BYTES}
    record ExtentState(int extent, long writtenBytes, long incarnation, long valueBytes) {}

    /// A table of the index; within a level in their order.
    record TableState(int level, int entries, long bytes, ShardKey first, ShardKey last, Locator root) {
        static TableState of(int level, Table table) {
            return new TableState(
                    level, table.root().entries(), table.bytes(), table.first(), table.last(), table.rootAt());
        }
    }

    CheckpointPage {
        extents = List.copyOf(extents);
        tables = List.copyOf(tables);
    }

    /// Bytes of a page of so many.
    static long bytes(long extents, long tables) {
        return HEAD_BYTES + extents * EXTENT_BYTES + tables * TABLE_BYTES;
    }

    ByteBuffer encode() {
        var out =
                ByteBuffer.allocate((int) bytes(extents.size(), tables.size())).order(ByteOrder.LITTLE_ENDIAN);
        previous.orElse(new Locator(0, 0, 0, 0, 0)).encode(out);
        out.putInt(extents.size()).putInt(tables.size());
        for (var extent : extents) {
            out.putInt(extent.extent()).putInt((int) (extent.writtenBytes() / Frame.ALIGNMENT_BYTES));
            out.putLong(extent.incarnation()).putLong(extent.valueBytes());
        }
        for (var table : tables) {
            out.putInt(table.level()).putInt(table.entries()).putLong(table.bytes());
            encode(table.first(), out);
            encode(table.last(), out);
            table.root().encode(out);
        }
        return out.flip();
    }

    private static void encode(ShardKey key, ByteBuffer out) {
        out.putLong(key.high()).putLong(key.middle()).putLong(key.low());
    }

    /// Empty when the bytes are no page of a disk of this geometry.
    static Optional<CheckpointPage> decode(ByteBuffer bytes, Geometry geometry) {
        var in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEAD_BYTES) {
            return Optional.empty();
        }
        var previous = Locator.decode(in);
        int extentCount = in.getInt();
        int tableCount = in.getInt();
        if (extentCount < 0 || tableCount < 0 || in.remaining() != bytes(extentCount, tableCount) - HEAD_BYTES) {
            return Optional.empty();
        }
        var extents = new ArrayList<ExtentState>(extentCount);
        for (int index = 0; index < extentCount; index++) {
            int extent = in.getInt();
            long writtenBytes = Integer.toUnsignedLong(in.getInt()) * Frame.ALIGNMENT_BYTES;
            var state = new ExtentState(extent, writtenBytes, in.getLong(), in.getLong());
            if (extent < Superblocks.COPIES || extent >= geometry.extents() || writtenBytes > geometry.extentBytes()) {
                return Optional.empty();
            }
            extents.add(state);
        }
        var tables = new ArrayList<TableState>(tableCount);
        for (int index = 0; index < tableCount; index++) {
            int level = in.getInt();
            int entries = in.getInt();
            long tableBytes = in.getLong();
            var table = new TableState(level, entries, tableBytes, key(in), key(in), Locator.decode(in));
            if (level < 0
                    || level >= Tables.LEVELS
                    || entries < 1
                    || tableBytes < 1
                    || !table.root().isWithin(geometry)) {
                return Optional.empty();
            }
            tables.add(table);
        }
        return Optional.of(new CheckpointPage(
                previous.isWithin(geometry) ? Optional.of(previous) : Optional.empty(), extents, tables));
    }

    private static ShardKey key(ByteBuffer in) {
        return new ShardKey(in.getLong(), in.getLong(), in.getLong());
    }
}
