package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Namespace;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.util.ArrayList;
import java.util.List;

/// The bytes of objects on one shard store. Thread-safe.
///
/// A write makes its bytes persistent, then its caller commits {@link Written.Stored#content} to the namespace. When
/// the
/// commit is refused the caller calls {@link #discard}; when its outcome is unknown it must not: the bytes may be
/// referenced, and if they are not the audit finds them after the next start.
public final class ObjectData {
    /// Objects up to this many bytes travel inside their namespace command.
    public static final int INLINE_BYTES_MAX = 8 << 10;

    private final Namespace namespace;
    private final ShardStore store;
    private final Tasks tasks;
    private final BufferPool pool;
    private final WriteLease writeLease;
    private final ReadLeases readLeases;

    private ObjectData(
            Namespace namespace, ShardStore store, Tasks tasks, Clock clock, BufferPool pool, WriteLease writeLease) {
        this.namespace = namespace;
        this.store = store;
        this.tasks = tasks;
        this.pool = pool;
        this.writeLease = writeLease;
        readLeases = new ReadLeases(namespace, clock, tasks);
    }

    /// What opening came to.
    public sealed interface Opened {
        record Ready(ObjectData data) implements Opened {}

        /// Disk and namespace do not belong together; to go on would lose data.
        record Refused(String reason) implements Opened {}
    }

    /// @param pool of buffers that hold a piece ({@link BufferPool#PIECE_BYTES}) each
    /// @param writeLease opened for this start
    public static Opened open(
            Namespace namespace, ShardStore store, Tasks tasks, Clock clock, BufferPool pool, WriteLease writeLease) {
        check(pool.bufferBytes() >= BufferPool.PIECE_BYTES, "a buffer holds a piece");
        // Whatever is on the disk was written under earlier leases, unless the namespace is older than the disk: then
        // block ids would be used twice, and the audit would take the newer blocks for orphans.
        var own = new BlockId(0, writeLease.number(), 0);
        List<ShardId> later = store.list(new ShardId(own, 0), 1);
        if (!later.isEmpty()) {
            return new Opened.Refused(
                    "the disk holds " + later.getFirst() + ", but the namespace has just opened lease "
                            + writeLease.number() + ": the namespace is older than the disk");
        }
        return new Opened.Ready(new ObjectData(namespace, store, tasks, clock, pool, writeLease));
    }

    /// The lease under which new blocks are created; all earlier ones are closed.
    public long writeLease() {
        return writeLease.number();
    }

    /// False when the disk certainly has no room for an object or part of so many bytes, whatever is reclaimed
    /// first.
    public boolean mayFit(long lengthBytes) {
        if (lengthBytes <= INLINE_BYTES_MAX) {
            return true;
        }
        ShardStore.Space space = store.space();
        return lengthBytes <= space.freeBytes() + space.garbageBytes();
    }

    /// Begins to write an object or a part.
    public DataWriter writer() {
        return new DataWriter(store, writeLease, INLINE_BYTES_MAX);
    }

    /// Begins to read {@code length} bytes from {@code offset} of an object's content. The caller holds a
    /// {@link #lease} that it took before it looked the content up, and has checked the range against the size.
    public DataReader reader(Content content, long offset, long length) {
        return new DataReader(store, tasks, pool, new PieceCursor(namespace, content, offset, length));
    }

    /// Keeps what the namespace references from now on readable, for at most an hour; to be taken before the lookup.
    public ReadLease lease() {
        return readLeases.begin();
    }

    /// Blocks that were queued for deletion at this position of the namespace or before are read by nobody.
    public long readHorizon() {
        return readLeases.horizon();
    }

    /// Removes what was written but certainly not committed. Does not wait for the disk.
    public void discard(Content content) {
        for (BlockId block : blocksOf(content)) {
            store.delete(DataWriter.shardOf(block));
        }
    }

    /// Removes blocks that nothing references and nobody reads; returns once they are gone for good.
    public Removal remove(List<BlockId> blocks) {
        var dependencies = new ArrayList<Dependency>();
        for (BlockId block : blocks) {
            switch (store.delete(DataWriter.shardOf(block))) {
                case ShardStore.Sealed.Accepted(var dependency) -> dependencies.add(dependency);
                case ShardStore.Sealed.Full() -> {
                    return new Removal.Failed("the disk has no room to delete");
                }
                case ShardStore.Sealed.Fenced(var reason) -> {
                    return new Removal.Failed(reason);
                }
            }
        }
        for (Dependency dependency : dependencies) {
            if (dependency.await() instanceof Persisted.Lost(var reason)) {
                return new Removal.Failed(reason);
            }
        }
        return new Removal.Removed();
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
