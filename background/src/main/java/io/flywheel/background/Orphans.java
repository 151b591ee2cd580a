package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.namespace.Namespace;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.Removal;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what a crash left: shards that nothing references, of blocks whose write lease is closed, so that nothing
/// can come to reference them any more. Both what the disk holds and what the namespace references are ordered by
/// block,
/// so finding them is a merge of two streams. Once after each start it first counts, then removes.
///
/// When more would go than writes in flight can have left, the namespace is probably not the one that belongs to the
/// disk, and nothing is removed: see {@link #alarm}.
public final class Orphans implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

    /// So many blocks may always go: more than uploads in flight leave, also on a disk that holds nothing else.
    static final int BOUND_BLOCKS = 4096;
    /// Beyond that, one in so many of the shards on the disk.
    static final int BOUND_SHARE = 10;

    private static final int SHARDS_PER_STEP = 512;
    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);

    private enum Phase {
        COUNT,
        REMOVE,
        DONE
    }

    private final Namespace namespace;
    private final ShardStore store;
    private final ObjectData data;
    private final int boundBlocks;
    private final ShardId first = new ShardId(new BlockId(0, 1, 0), 0);

    private Phase phase = Phase.COUNT;
    private ShardId from = first;
    private long shards;
    private long orphans;
    private long removed;
    private volatile Optional<String> alarm = Optional.empty();

    public Orphans(Namespace namespace, ShardStore store, ObjectData data) {
        this(namespace, store, data, BOUND_BLOCKS);
    }

    Orphans(Namespace namespace, ShardStore store, ObjectData data, int boundBlocks) {
        this.namespace = namespace;
        this.store = store;
        this.data = data;
        this.boundBlocks = boundBlocks;
    }

    @Override
    public String name() {
        return "orphans";
    }

    /// Why nothing is removed, where so many shards are unreferenced that it cannot be right.
    public Optional<String> alarm() {
        return alarm;
    }

    @Override
    public Step step() {
        if (phase == Phase.DONE) {
            return new Step.Idle();
        }
        List<ShardId> page = store.list(from, SHARDS_PER_STEP);
        if (page.isEmpty()) {
            endPhase();
            return phase == Phase.DONE ? new Step.Idle() : new Step.Busy();
        }
        List<ShardId> found = unreferenced(page);
        if (phase == Phase.COUNT) {
            shards += page.size();
            orphans += found.size();
        } else if (!remove(found)) {
            return phase == Phase.DONE ? new Step.Idle() : new Step.Throttled(FAILURE_WAIT);
        }
        from = after(page.getLast());
        return new Step.Busy();
    }

    private void endPhase() {
        if (phase == Phase.COUNT && orphans > bound()) {
            stop(orphans + " of " + shards + " shards are unreferenced");
        } else if (phase == Phase.COUNT && orphans > 0) {
            phase = Phase.REMOVE;
            from = first;
        } else {
            phase = Phase.DONE;
            LOG.info("of {} shards {} were orphans and are removed", shards, removed);
        }
    }

    private long bound() {
        return Math.max(boundBlocks, shards / BOUND_SHARE);
    }

    private void stop(String what) {
        alarm = Optional.of(what + ", more than the " + bound()
                + " that a crash can explain: none (more) is removed; does the namespace belong to this disk?");
        LOG.error("ALARM: {}", alarm.get());
        phase = Phase.DONE;
    }

    private boolean remove(List<ShardId> found) {
        if (removed + found.size() > bound()) {
            stop((removed + found.size()) + " shards and more are unreferenced");
            return false;
        }
        var blocks = new ArrayList<BlockId>();
        found.forEach(shard -> blocks.add(shard.block()));
        if (data.remove(blocks) instanceof Removal.Failed(var reason)) {
            LOG.warn("cannot remove orphans: {}", reason);
            return false;
        }
        removed += found.size();
        return true;
    }

    /// The shards of the page that belong to closed leases and to no referenced block.
    private List<ShardId> unreferenced(List<ShardId> page) {
        var found = new ArrayList<ShardId>();
        var referenced = new Referenced(page.getFirst().block());
        for (ShardId shard : page) {
            boolean closed = shard.block().lease() < data.writeLease();
            if (closed && !referenced.contains(shard.block())) {
                found.add(shard);
            }
        }
        return found;
    }

    private static ShardId after(ShardId shard) {
        return shard.slot() < 31 ? new ShardId(shard.block(), shard.slot() + 1) : new ShardId(next(shard.block()), 0);
    }

    private static BlockId next(BlockId block) {
        return new BlockId(block.copyset(), block.lease(), block.counter() + 1);
    }

    /// The namespace's blocks as a stream, asked in rising order.
    private final class Referenced {
        private List<BlockId> page;
        private int at;

        Referenced(BlockId from) {
            page = namespace.blocks(from, SHARDS_PER_STEP);
        }

        boolean contains(BlockId block) {
            while (at < page.size() && page.get(at).compareTo(block) < 0) {
                at++;
                if (at == page.size()) {
                    // Blocks far below the one asked for, which have no shards here, are skipped by the next seek.
                    page = namespace.blocks(block, SHARDS_PER_STEP);
                    at = 0;
                }
            }
            return at < page.size() && page.get(at).equals(block);
        }
    }
}
