package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.ShardId;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Namespace;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The bytes of objects on the disks of a fleet. Thread-safe.
///
/// A write makes its bytes persistent, then its caller commits {@link Written.Stored#content} to the namespace.
/// Then it calls {@link #settle}, or {@link #discard} when the commit was refused, or {@link #doubt} when its
/// outcome is unknown: then the bytes may be referenced.
public final class ObjectData {
    /// Objects up to this many bytes travel inside their namespace command.
    public static final int INLINE_BYTES_MAX = 8 << 10;

    private final Namespace namespace;
    private final DataPath path;
    private final WriteLease writeLease;
    private final ReadLeases readLeases;
    private final UnknownCommits unknown;

    private ObjectData(Namespace namespace, DataPath path, WriteLease writeLease) {
        this.namespace = namespace;
        this.path = path;
        this.writeLease = writeLease;
        readLeases = new ReadLeases(namespace, path.clock(), path.tasks());
        unknown = new UnknownCommits(namespace, path.clock(), writeLease, this::delete);
    }

    /// What opening came to.
    public sealed interface Opened {
        record Ready(ObjectData data) implements Opened {}

        /// Disks and namespace do not belong together; to go on would lose data.
        record Refused(String reason) implements Opened {}
    }

    /// @param path whose buffers hold a piece ({@link BufferPool#PIECE_BYTES}) each
    /// @param writeLease opened for this start
    public static Opened open(Namespace namespace, DataPath path, WriteLease writeLease) {
        check(path.reading().bufferBytes() >= BufferPool.PIECE_BYTES, "a buffer holds a piece");
        check(path.writing().bufferBytes() >= BufferPool.PIECE_BYTES, "a buffer holds a cell");
        for (var disk : path.fleet().disks()) {
            var later = firstOfLater(disk.store(), writeLease.number());
            if (later.isPresent()) {
                return new Opened.Refused(disk + " holds " + later.get() + ", but the namespace has just opened lease "
                        + writeLease.number() + ": the namespace is older than the disk");
            }
        }
        return new Opened.Ready(new ObjectData(namespace, path, writeLease));
    }

    /// Whatever is on a disk was written under earlier leases, unless the namespace is older than the disk:
    /// then block ids would be used twice, and the audit would take the newer blocks for orphans. Looks into
    /// each copyset once.
    private static Optional<ShardId> firstOfLater(ShardStore store, long lease) {
        var from = new ShardId(new BlockId(0, lease, 0), 0);
        while (true) {
            var found = store.list(from, 1);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            var block = found.getFirst().block();
            if (block.lease() >= lease) {
                return Optional.of(found.getFirst());
            }
            from = new ShardId(new BlockId(block.copyset(), lease, 0), 0);
        }
    }

    /// The lease under which new blocks are created; all earlier ones are closed.
    public long writeLease() {
        return writeLease.number();
    }

    /// False when the disks certainly have no room for an object or part of so many bytes, whatever is reclaimed
    /// first.
    public boolean mayFit(long lengthBytes) {
        if (lengthBytes <= INLINE_BYTES_MAX) {
            return true;
        }
        long room = 0;
        for (var disk : path.fleet().disks()) {
            ShardStore.Space space = disk.store().space();
            room += space.freeBytes() + space.garbageBytes();
        }
        return lengthBytes <= room;
    }

    /// Begins to write an object or a part.
    ///
    /// @param storageClass as S3 names it; the fleet knows its scheme
    /// @param lengthBytes how much will come
    public DataWriter writer(String storageClass, long lengthBytes) {
        var list = new BlockList(
                path, writeLease, block -> reader(new Content.Blocks(List.of(block)), 0, block.lengthBytes()));
        return new DataWriter(
                path, list, writeLease, path.fleet().schemeOf(storageClass), lengthBytes, INLINE_BYTES_MAX);
    }

    /// Begins to read {@code length} bytes from {@code offset} of an object's content. The caller holds a
    /// {@link #lease} that it took before it looked the content up, and has checked the range against the size.
    public DataReader reader(Content content, long offset, long length) {
        return new DataReader(path, new PieceCursor(namespace, content, offset, length));
    }

    /// Keeps what the namespace references from now on readable, for at most an hour; to be taken before the
    /// lookup.
    public ReadLease lease() {
        return readLeases.begin();
    }

    /// Blocks that were queued for deletion at this position of the namespace or before are read by nobody.
    public long readHorizon() {
        return readLeases.horizon();
    }

    /// Removes what was written but certainly not committed. Does not wait for the disks.
    public void discard(Content content) {
        blocksOf(content).forEach(this::delete);
        settle(content);
    }

    /// To be called once what was written is committed. Slots whose blocks may yet be committed do not finish
    /// moving.
    public void settle(Content content) {
        blocksOf(content).forEach(writeLease::settle);
    }

    /// To be called when the namespace answered that it is unavailable: what was written may be committed, or may yet
    /// be. See {@link #settleUnknown}.
    public void doubt(Content content) {
        unknown.add(blocksOf(content));
    }

    /// Finds out what became of commits whose outcome was unknown, as soon as the namespace answers again, and removes
    /// what none references. May wait for the namespace.
    public void settleUnknown() {
        unknown.settle();
    }

    /// Blocks of a copyset that were begun before and may yet be committed.
    public List<BlockId> openBlocks(int copyset) {
        return writeLease.open(copyset);
    }

    /// Whether the block, of the present write lease, may yet be committed.
    public boolean isOpen(BlockId block) {
        return writeLease.isOpen(block);
    }

    /// Whether it is decided if the block is committed: it is referenced by now, or never will be.
    public boolean isDecided(BlockId block) {
        return block.lease() < writeLease.number() || (block.lease() == writeLease.number() && !isOpen(block));
    }

    /// Removes blocks that nothing references and nobody reads; returns once they are gone for good from every
    /// disk that is there. What an absent disk holds of them nothing references when it comes back.
    public Removal remove(List<BlockId> blocks) {
        var deletions = new ArrayList<ShardStore.Sealed>();
        for (BlockId block : blocks) {
            for (var deletion : delete(block)) {
                if (!(deletion instanceof ShardStore.Sealed.Accepted)) {
                    return failed(deletion.await());
                }
                deletions.add(deletion);
            }
        }
        for (var deletion : deletions) {
            if (deletion.await() instanceof Persisted.Lost lost) {
                return failed(lost);
            }
        }
        return new Removal.Removed();
    }

    private static Removal failed(Persisted outcome) {
        return new Removal.Failed(outcome instanceof Persisted.Lost(var reason) ? reason : "a disk took it back");
    }

    /// From each slot of the block's copyset: which of them hold shards depends on the block's scheme.
    private List<ShardStore.Sealed> delete(BlockId block) {
        var deletions = new ArrayList<ShardStore.Sealed>();
        path.fleet().slots(block.copyset()).ifPresent(slots -> {
            for (int slot = 0; slot < slots.size(); slot++) {
                for (var disk : slots.get(slot)) {
                    deletions.add(disk.store().delete(new ShardId(block, slot)));
                }
            }
        });
        return deletions;
    }

    /// The blocks of a content that was written at once: not of parts, which only the namespace knows.
    public static List<BlockId> blocksOf(Content content) {
        return switch (content) {
            case Content.Inline _ -> List.of();
            case Content.Blocks(var blocks) -> blocks.stream().map(BlockRef::id).toList();
            case Content.Parts _ -> throw new IllegalArgumentException("the parts are the namespace's to walk");
        };
    }
}
