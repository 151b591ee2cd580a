package io.flywheel.shardstore;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A page of a checkpoint: the payload of a {@link Operation#PAGE} frame. Little-endian:
///
/// ```
///  previous page: locator of 24 bytes, zeros for the first
///  extents u32 | entries u32
///  per extent: extent u32 | written/64 u32 | incarnation u64
///  per entry:  copyset u32 | slot u8 | in pieces u8 | shares u16 | lease u64 | counter u64 | length u32
///              | locator of 24 bytes | per share: extent u32, bytes u32
/// ```
record CheckpointPage(Optional<Locator> previous, List<ExtentState> extents, List<Item> entries) {
    static final int HEAD_BYTES = Locator.BYTES + 8;
    static final int EXTENT_BYTES = 16;
    static final int ENTRY_BYTES = 28 + Locator.BYTES;

    /// An extent that is not free.
    record ExtentState(int extent, long writtenBytes, long incarnation) {}

    record Item(ShardId shard, Entry entry) {
        int bytes() {
            return ENTRY_BYTES + 8 * entry.shares().size();
        }
    }

    CheckpointPage {
        extents = List.copyOf(extents);
        entries = List.copyOf(entries);
    }

    ByteBuffer encode() {
        int bytes = HEAD_BYTES + extents.size() * EXTENT_BYTES;
        for (var item : entries) {
            bytes += item.bytes();
        }
        var out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        previous.orElse(new Locator(0, 0, 0, 0, 0)).encode(out);
        out.putInt(extents.size()).putInt(entries.size());
        for (var extent : extents) {
            out.putInt(extent.extent()).putInt((int) (extent.writtenBytes() / Frame.ALIGNMENT_BYTES));
            out.putLong(extent.incarnation());
        }
        for (var item : entries) {
            var block = item.shard().block();
            var entry = item.entry();
            out.putInt(block.copyset()).put((byte) item.shard().slot()).put((byte) (entry.inPieces() ? 1 : 0));
            out.putShort((short) entry.shares().size());
            out.putLong(block.lease()).putLong(block.counter()).putInt(entry.lengthBytes());
            entry.at().encode(out);
            for (var share : entry.shares()) {
                out.putInt(share.extent()).putInt(share.bytes());
            }
        }
        return out.flip();
    }

    /// Empty when the bytes are no page of a disk of this geometry.
    static Optional<CheckpointPage> decode(ByteBuffer bytes, Geometry geometry) {
        var in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < HEAD_BYTES) {
            return Optional.empty();
        }
        var previous = Locator.decode(in);
        int extentCount = in.getInt();
        int entryCount = in.getInt();
        if (extentCount < 0 || entryCount < 0 || in.remaining() < (long) extentCount * EXTENT_BYTES) {
            return Optional.empty();
        }
        var extents = new ArrayList<ExtentState>(extentCount);
        for (int index = 0; index < extentCount; index++) {
            int extent = in.getInt();
            long writtenBytes = Integer.toUnsignedLong(in.getInt()) * Frame.ALIGNMENT_BYTES;
            extents.add(new ExtentState(extent, writtenBytes, in.getLong()));
            if (extent < Superblocks.COPIES || extent >= geometry.extents() || writtenBytes > geometry.extentBytes()) {
                return Optional.empty();
            }
        }
        var entries = new ArrayList<Item>();
        for (int index = 0; index < entryCount; index++) {
            var item = item(in, geometry);
            if (item.isEmpty()) {
                return Optional.empty();
            }
            entries.add(item.get());
        }
        return in.hasRemaining()
                ? Optional.empty()
                : Optional.of(new CheckpointPage(
                        previous.isWithin(geometry) ? Optional.of(previous) : Optional.empty(), extents, entries));
    }

    private static Optional<Item> item(ByteBuffer in, Geometry geometry) {
        if (in.remaining() < ENTRY_BYTES) {
            return Optional.empty();
        }
        int copyset = in.getInt();
        int slot = in.get();
        boolean inPieces = in.get() == 1;
        int shareCount = Short.toUnsignedInt(in.getShort());
        long lease = in.getLong();
        long counter = in.getLong();
        int lengthBytes = in.getInt();
        var at = Locator.decode(in);
        if (copyset < 0
                || slot < 0
                || slot > 31
                || lease < 1
                || counter < 0
                || lengthBytes < 1
                || lengthBytes > ShardStore.SHARD_BYTES_MAX
                || !at.isWithin(geometry)
                || in.remaining() < shareCount * 8) {
            return Optional.empty();
        }
        var shares = new ArrayList<Entry.Share>(shareCount);
        for (int share = 0; share < shareCount; share++) {
            int extent = in.getInt();
            int bytes = in.getInt();
            if (extent < Superblocks.COPIES || extent >= geometry.extents() || bytes < 0) {
                return Optional.empty();
            }
            shares.add(new Entry.Share(extent, bytes));
        }
        var shard = new ShardId(new BlockId(copyset, lease, counter), slot);
        return Optional.of(new Item(shard, new Entry(at, lengthBytes, inPieces, shares)));
    }
}
