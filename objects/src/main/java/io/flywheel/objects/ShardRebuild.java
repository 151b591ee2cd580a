package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.erasure.Slots;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/// Makes one shard of a block anew, stripe by stripe. A shard of data is read from where its slot moves from, else
/// computed from any k others; either way its pieces are held against the end-to-end checksums before they are
/// written. Of parity there are none: it is computed from the data, which are, and held against them. Thread-safe.
public final class ShardRebuild {
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(10);

    private final DataPath path;

    /// What it came to.
    public sealed interface Rebuilt {
        /// The shard is persistent.
        record Stored(long bytes) implements Rebuilt {}

        /// The block has no shard in that slot.
        record NotThere() implements Rebuilt {}

        /// Too few shards can be read (now).
        record Unavailable(String reason) implements Rebuilt {}

        /// What the others hold is not what was received.
        record Corrupt(String where) implements Rebuilt {}

        record NoMemory() implements Rebuilt {}

        /// The disk has no room for it.
        record Full() implements Rebuilt {}

        /// The disk did not take it, or its answer was lost.
        record Refused(String reason) implements Rebuilt {}
    }

    /// @param path whose buffers hold a piece each: k+m of those for reading and m of those for writing are in use
    ///     at once
    public ShardRebuild(DataPath path) {
        this.path = path;
    }

    /// The bytes of each shard of a block; 0 where its record is of another release.
    public static long shardBytes(BlockRef ref) {
        return BlockLayout.of(ref) instanceof BlockLayout.Read.Known(var layout) ? layout.shardBytes() : 0;
    }

    /// Whether the block has a shard in the slot.
    public static boolean hasShard(BlockRef ref, int slot) {
        return (ref.slots() >>> slot & 1) != 0;
    }

    /// @param at the disk that gets the shard: it is not read, whatever it holds
    /// @param to its store, for writes of the epoch in which this was decided
    public Rebuilt rebuild(BlockRef ref, int slot, DiskId at, ShardStore to) {
        if (!hasShard(ref, slot)) {
            return new Rebuilt.NotThere();
        }
        return switch (BlockLayout.of(ref)) {
            case BlockLayout.Read.Unknown(var why) -> new Rebuilt.Unavailable(why);
            case BlockLayout.Read.Known(var layout) ->
                Block.of(path.fleet(), ref, layout)
                        .map(block -> rebuild(block.without(at), layout.slots().indexOf(slot), to))
                        .orElseGet(() ->
                                new Rebuilt.Unavailable("copyset " + ref.id().copyset() + " is unknown"));
        };
    }

    private Rebuilt rebuild(Block block, int shard, ShardStore to) {
        var layout = block.layout();
        ShardId id = block.shardId(shard);
        if (layout.stripes() == 1) {
            return write(block, 0, shard, cell -> stored(to.put(id, cell), cell.limit()));
        }
        try (var writer = to.open(id)) {
            for (int stripe = 0; stripe < layout.stripes(); stripe++) {
                var outcome = write(block, stripe, shard, cell -> {
                    int bytes = cell.remaining();
                    return writer.append(cell) ? new Rebuilt.Stored(bytes) : refused(writer.seal());
                });
                if (!(outcome instanceof Rebuilt.Stored)) {
                    return outcome;
                }
            }
            return stored(writer.seal(), layout.shardBytes());
        }
    }

    private interface Sink {
        Rebuilt take(ByteBuffer cell);
    }

    private static Rebuilt stored(ShardStore.Sealed sealed, long bytes) {
        return switch (sealed) {
            case ShardStore.Sealed.Full() -> new Rebuilt.Full();
            case ShardStore.Sealed.Fenced(var reason) -> new Rebuilt.Refused(reason);
            case ShardStore.Sealed.Accepted(var dependency) ->
                switch (dependency.await()) {
                    case Persisted.Safe() -> new Rebuilt.Stored(bytes);
                    case Persisted.Lost(var reason) -> new Rebuilt.Refused(reason);
                };
        };
    }

    private static Rebuilt refused(ShardStore.Sealed why) {
        return stored(why, 0) instanceof Rebuilt.Full full ? full : new Rebuilt.Refused("it refused bytes: " + why);
    }

    private Rebuilt write(Block block, int stripe, int shard, Sink sink) {
        var layout = block.layout();
        boolean isCopy = layout.scheme() instanceof Scheme.Copies;
        boolean isParity = !isCopy && shard >= layout.columns();
        int column = isCopy ? 0 : shard;
        var wanted = isParity ? Slots.first(layout.columns()) : Slots.of(column);
        return switch (new StripeRead(path, block, stripe, wanted).run(MEMORY_WAIT)) {
            case StripeRead.Result.Unavailable(var reason) -> new Rebuilt.Unavailable(reason);
            case StripeRead.Result.Corrupt(var where) -> new Rebuilt.Corrupt(where);
            case StripeRead.Result.NoMemory() -> new Rebuilt.NoMemory();
            case StripeRead.Result.Cells(var cells) -> {
                try {
                    for (int i = 0; i < cells.size(); i++) {
                        fill(layout, stripe, isParity ? i : column, cells.get(i).bytes());
                    }
                    yield isParity
                            ? encode(block, stripe, shard, cells, sink)
                            : sink.take(cells.getFirst().bytes());
                } finally {
                    cells.forEach(BufferPool.Buffer::release);
                }
            }
        };
    }

    /// A cell is what the checksum is of, and zeros.
    private static void fill(BlockLayout layout, int stripe, int column, ByteBuffer cell) {
        int piece = stripe * layout.columns() + column;
        int cellBytes = layout.cellBytes(stripe);
        cell.clear().limit(cellBytes);
        for (int at = piece < layout.pieces() ? layout.pieceBytes(piece) : 0; at < cellBytes; at++) {
            cell.put(at, (byte) 0);
        }
    }

    private Rebuilt encode(Block block, int stripe, int shard, List<BufferPool.Buffer> data, Sink sink) {
        var layout = block.layout();
        int cellBytes = layout.cellBytes(stripe);
        var parity = path.writing().acquireAll(layout.scheme().parityShards(), MEMORY_WAIT);
        if (parity.isEmpty()) {
            return new Rebuilt.NoMemory();
        }
        try {
            var cells = new ByteBuffer[layout.scheme().shards()];
            for (int i = 0; i < cells.length; i++) {
                var buffer = i < data.size() ? data.get(i) : parity.get().get(i - data.size());
                cells[i] = buffer.bytes().clear().limit(cellBytes);
            }
            var code = path.codes().of(layout.scheme());
            code.encode(cells);
            return code.disagreeing(cells).isEmpty()
                    ? sink.take(cells[shard])
                    : new Rebuilt.Corrupt("stripe " + stripe + " of " + block + " in memory, while it was encoded");
        } finally {
            parity.get().forEach(BufferPool.Buffer::release);
        }
    }
}
