package io.flywheel.objects;

import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The blocks of one write. A block of which a shard was lost is not kept: it is read back from the others and
/// written anew, on other disks. For one task at a time.
final class BlockList {
    /// How often one block is written anew.
    private static final int RESCUES_MAX = 3;

    private final DataPath path;
    private final WriteLease lease;
    private final Function<BlockRef, DataReader> reader;
    private final int rescues;
    private final List<FleetDisk> avoided;
    private final List<Sealed> sealed = new ArrayList<>();
    private @Nullable BlockWriter open;
    private @Nullable Written refused;

    private record Sealed(BlockWriter writer, BlockRef ref) {}

    /// @param reader reads a block that was written
    BlockList(DataPath path, WriteLease lease, Function<BlockRef, DataReader> reader) {
        this(path, lease, reader, 0, List.of());
    }

    private BlockList(
            DataPath path,
            WriteLease lease,
            Function<BlockRef, DataReader> reader,
            int rescues,
            List<FleetDisk> avoided) {
        this.path = path;
        this.lease = lease;
        this.reader = reader;
        this.rescues = rescues;
        this.avoided = avoided;
    }

    boolean isEmpty() {
        return sealed.isEmpty() && open == null;
    }

    boolean isRefused() {
        return refused != null;
    }

    /// What the list came to, once it is refused.
    void refuse(Written why) {
        refused = refused == null ? why : refused;
    }

    /// Where the next block goes; empty when it is refused.
    ///
    /// @param bytes that are expected to come
    Optional<Fleet.Place.On> place(Scheme scheme, long bytes) {
        return taken(path.fleet().place(scheme, Math.clamp(bytes, 1, DataWriter.BLOCK_BYTES_MAX), avoided));
    }

    /// Where an object goes that is too small to be cut.
    Optional<Fleet.Place.On> placeCopies(Scheme scheme, int bytes) {
        return taken(path.fleet().placeCopies(scheme, bytes, avoided));
    }

    private Optional<Fleet.Place.On> taken(Fleet.Place place) {
        return switch (place) {
            case Fleet.Place.On on -> Optional.of(on);
            case Fleet.Place.Full _ -> {
                refuse(new Written.Full());
                yield Optional.empty();
            }
            case Fleet.Place.Refused(var why) -> {
                refuse(new Written.Failed(why));
                yield Optional.empty();
            }
        };
    }

    BlockWriter open(Fleet.Place.On place) {
        var writer = new BlockWriter(
                path.tasks(),
                lease.nextBlock(place.copyset()),
                place,
                () -> path.fleet().isAt(place.copyset(), place.epoch()));
        open = writer;
        return writer;
    }

    /// Refuses the write when the block is lost.
    void check(BlockWriter writer) {
        if (writer.isLost()) {
            refuse(writer.isFull() ? new Written.Full() : new Written.Failed(writer.problems()));
        }
    }

    void seal(BlockWriter writer, int lengthBytes, int cellBytes, long[] pieceCrcs) {
        writer.seal();
        check(writer);
        if (!isRefused()) {
            open = null;
            sealed.add(new Sealed(writer, writer.ref(lengthBytes, cellBytes, pieceCrcs)));
        }
    }

    /// Waits until all shards of all blocks are persistent. Empty when it was refused: see {@link #refusal}.
    Optional<List<BlockRef>> finish() {
        for (int i = 0; i < sealed.size() && !isRefused(); i++) {
            var block = sealed.get(i);
            block.writer().await();
            check(block.writer());
            if (!isRefused() && block.writer().lostShards() > 0) {
                i += rescue(i) - 1;
            }
        }
        return isRefused()
                ? Optional.empty()
                : Optional.of(sealed.stream().map(Sealed::ref).toList());
    }

    Written refusal() {
        return Optional.ofNullable(refused).orElseThrow();
    }

    /// Puts what block {@code index} holds into new blocks in its place, and removes it. Returns how many those
    /// are.
    private int rescue(int index) {
        var lost = sealed.get(index);
        if (rescues == RESCUES_MAX) {
            refuse(new Written.Failed(lost.writer().problems()));
            return 1;
        }
        var elsewhere = new ArrayList<>(avoided);
        elsewhere.addAll(lost.writer().lostDisks());
        var list = new BlockList(path, lease, reader, rescues + 1, elsewhere);
        var blocks = Blocks.of(path, list, lost.writer().scheme(), lost.ref().lengthBytes());
        boolean copied = copy(lost.ref(), blocks, list);
        blocks.close();
        if (!copied) {
            list.remove();
            refuse(
                    list.isRefused()
                            ? list.refusal()
                            : new Written.Failed(lost.writer().problems()));
            return 1;
        }
        abandon(lost.writer());
        sealed.remove(index);
        sealed.addAll(index, list.sealed);
        return list.sealed.size();
    }

    private boolean copy(BlockRef from, Blocks to, BlockList list) {
        try (var source = reader.apply(from)) {
            while (true) {
                switch (source.next()) {
                    case DataReader.Step.Piece(var bytes, var release) -> {
                        try {
                            if (!to.append(bytes)) {
                                return false;
                            }
                        } finally {
                            release.run();
                        }
                    }
                    case DataReader.Step.End() -> {
                        to.end();
                        return list.finish().isPresent();
                    }
                    case DataReader.Step.Corrupt(var where) -> {
                        list.refuse(new Written.Failed(where));
                        return false;
                    }
                    case DataReader.Step.Unavailable(var reason) -> {
                        list.refuse(new Written.Failed(reason));
                        return false;
                    }
                    case DataReader.Step.NoMemory() -> {
                        list.refuse(new Written.NoMemory());
                        return false;
                    }
                }
            }
        }
    }

    /// Removes everything that was written.
    void remove() {
        if (open != null) {
            abandon(open);
            open = null;
        }
        sealed.forEach(block -> abandon(block.writer()));
        sealed.clear();
    }

    private void abandon(BlockWriter writer) {
        writer.remove();
        lease.settle(writer.id());
    }
}
