package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.ShardRebuild;
import io.flywheel.objects.ShardRebuild.Rebuilt;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.Pending;
import io.flywheel.storage.RemoteDisk;
import io.flywheel.storage.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Brings everything that a moving slot should have to the disk that it moves to, and ends the move.
///
/// ```
///   FENCE ──► COPY ──► SETTLE ──► done          the fleet map says all that a restart needs: that the slot moves
/// ```
///
/// - FENCE: writes of earlier epochs are refused from now on by the disk that the slot moves from, or by the others. A
///   block that was begun under one is then on its disks as a whole, or it never will be and is written anew elsewhere.
///   The blocks of the present write lease that may yet be committed are noted; those of earlier leases never will be.
/// - COPY: every block that the namespace references gets its shard. Blocks that come later are written to the new
///   disk by their writers.
/// - SETTLE: the noted blocks, once they are committed or given up.
///
/// A block that is deleted meanwhile loses its shard again: it is looked up once more after its shard was written, and
/// who deletes after that sees both disks of the slot. For one task at a time.
final class SlotMove {
    /// Fences and look-ups of one step.
    private static final int BLOCKS_PER_STEP = 64;

    private static final long BYTES_PER_STEP = 16L << 20;
    private static final int SHARDS_AT_ONCE = 4;

    /// A pass that meets so many shards that cannot be made rests and begins anew.
    private static final int FAILURES_MAX = 64;

    private static final Duration SETTLE_WAIT = Duration.ofMillis(100);
    private static final Duration FENCE_WAIT = Duration.ofSeconds(1);
    private static final Duration REFUSED_WAIT = Duration.ofSeconds(2);
    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);

    /// What a step came to.
    sealed interface Did {
        /// @param bytes that were written
        record Moved(long bytes) implements Did {}

        /// @param why for the operator
        record Waits(Duration delay, String why) implements Did {}

        /// The slot has moved, or does not move from and to these disks any more.
        record Over(boolean finished) implements Did {}
    }

    private enum Phase {
        FENCE,
        COPY,
        SETTLE
    }

    private final Services services;
    private final int copysetId;
    private final int slot;
    private final Slot.Moving moving;
    /// Whether writes of the epoch before went to where the slot moves from.
    private final boolean fromWasTarget;

    private Phase phase = Phase.FENCE;
    private BlockId next;
    private List<BlockId> noted = List.of();
    private int failures;
    private Optional<BlockId> firstFailure = Optional.empty();
    private String failure = "";

    /// What all moves stand on.
    record Services(
            Fleet fleet,
            Namespace namespace,
            ObjectData data,
            ShardRebuild rebuild,
            Disks disks,
            Tasks tasks,
            SystemStamps stamps) {}

    SlotMove(Services services, int copysetId, int slot, Slot.Moving moving, boolean fromWasTarget) {
        this.services = services;
        this.copysetId = copysetId;
        this.slot = slot;
        this.moving = moving;
        this.fromWasTarget = fromWasTarget;
        next = new BlockId(copysetId, 1, 0);
    }

    int copysetId() {
        return copysetId;
    }

    Slot.Moving moving() {
        return moving;
    }

    Did step() {
        Copyset copyset = services.fleet.map().copyset(copysetId).orElse(null);
        if (copyset == null || !copyset.slots().get(slot).equals(moving)) {
            return new Did.Over(false);
        }
        RemoteDisk to = services.disks.disk(moving.to()).orElse(null);
        if (to == null) {
            return new Did.Waits(FENCE_WAIT, "disk " + moving.to() + " does not answer");
        }
        try {
            return switch (phase) {
                case FENCE -> fence(copyset);
                case COPY -> copy(copyset, to);
                case SETTLE -> settle(copyset, to);
            };
        } catch (IndexUnreadable unreadable) {
            return new Did.Waits(REFUSED_WAIT, "disk " + moving.to() + ": " + unreadable.getMessage());
        }
    }

    /// A block of this slot that was begun under an earlier epoch and would still be written after this must find one
    /// of its disks fenced: the slot's own of then, where it answers, which costs writers one shard; otherwise all
    /// others but as many as still leave each block one.
    private Did fence(Copyset copyset) {
        boolean fenced =
                (fromWasTarget && fenced(copyset, List.of(moving.from())).contains(moving.from()))
                        || fencedByOthers(copyset);
        if (!fenced) {
            return new Did.Waits(FENCE_WAIT, "too few disks of copyset " + copysetId + " can be fenced");
        }
        noted = services.data.openBlocks(copysetId);
        phase = Phase.COPY;
        return new Did.Moved(0);
    }

    private boolean fencedByOthers(Copyset copyset) {
        var disks = new ArrayList<DiskId>();
        for (Slot other : copyset.slots()) {
            switch (other) {
                case Slot.Held(DiskId disk) -> disks.add(disk);
                case Slot.Moving(DiskId from, DiskId to) -> disks.addAll(List.of(from, to));
            }
        }
        var fenced = fenced(copyset, disks);
        int open = 0;
        for (int at = 0; at < copyset.width(); at++) {
            // Whatever a moving slot's writers believe, they write to one of its two disks.
            boolean shut = switch (copyset.slots().get(at)) {
                case Slot.Held(DiskId disk) -> fenced.contains(disk);
                case Slot.Moving(DiskId from, DiskId to) -> fenced.contains(from) && fenced.contains(to);
            };
            open += at == slot || shut ? 0 : 1;
        }
        return open < copyset.parity();
    }

    /// Fences these beside each other; returns those that are.
    private Set<DiskId> fenced(Copyset copyset, List<DiskId> disks) {
        var sent = new TreeMap<DiskId, Pending<Written>>();
        disks.forEach(disk -> services.disks
                .disk(disk)
                .ifPresent(remote -> sent.put(disk, remote.fence(copysetId, copyset.epoch()))));
        var safe = new TreeSet<DiskId>();
        sent.forEach((disk, pending) -> {
            if (pending.await().isSafe()) {
                safe.add(disk);
            }
        });
        return safe;
    }

    private Did copy(Copyset copyset, RemoteDisk to) {
        ShardStore store = to.store(_ -> copyset.epoch());
        List<StoredBlock> page = services.namespace.storedBlocks(next, BLOCKS_PER_STEP).stream()
                .takeWhile(block -> block.id().copyset() == copysetId)
                .toList();
        if (page.isEmpty()) {
            return endPass();
        }
        var arrived = listed(store, page);
        var batch = new ArrayList<BlockRef>();
        long bytes = 0;
        for (StoredBlock block : page) {
            next = after(block.id());
            BlockRef ref = block.ref().orElse(null);
            if (ref != null && ShardRebuild.hasShard(ref, slot) && !arrived.contains(block.id())) {
                batch.add(ref);
                bytes += ShardRebuild.shardBytes(ref);
                if (bytes >= BYTES_PER_STEP) {
                    break;
                }
            }
        }
        return make(batch, store, page.getFirst().id());
    }

    private Did endPass() {
        if (firstFailure.isPresent()) {
            next = firstFailure.get();
            firstFailure = Optional.empty();
            failures = 0;
            return new Did.Waits(FAILURE_WAIT, failure);
        }
        phase = Phase.SETTLE;
        return new Did.Moved(0);
    }

    private Did settle(Copyset copyset, RemoteDisk to) {
        if (noted.stream().anyMatch(services.data::isOpen)) {
            return new Did.Waits(SETTLE_WAIT, "blocks of copyset " + copysetId + " are being written");
        }
        var batch = new ArrayList<BlockRef>();
        ShardStore store = to.store(_ -> copyset.epoch());
        for (BlockId id : noted.subList(0, Math.min(noted.size(), BLOCKS_PER_STEP))) {
            referenced(id)
                    .filter(ref -> ShardRebuild.hasShard(ref, slot))
                    .filter(_ -> store.length(new ShardId(id, slot)).isEmpty())
                    .ifPresent(batch::add);
        }
        if (!batch.isEmpty()) {
            Did did = make(batch, store, batch.getFirst().id());
            if (firstFailure.isEmpty()) {
                return did;
            }
            firstFailure = Optional.empty();
            failures = 0;
            return new Did.Waits(FAILURE_WAIT, failure);
        }
        noted = noted.subList(Math.min(noted.size(), BLOCKS_PER_STEP), noted.size());
        if (!noted.isEmpty()) {
            return new Did.Moved(0);
        }
        var finish = new FleetCommand.FinishMove(services.stamps.next(), copysetId, copyset.epoch(), slot);
        return services.fleet.apply(finish) instanceof FleetOutcome.Refused refused
                ? new Did.Waits(REFUSED_WAIT, "the move cannot end: " + refused.refusal() + " " + refused.detail())
                : new Did.Over(true);
    }

    private Optional<BlockRef> referenced(BlockId id) {
        return services.namespace.storedBlocks(id, 1).stream()
                .filter(block -> block.id().equals(id))
                .findFirst()
                .flatMap(StoredBlock::ref);
    }

    /// Which blocks of the page have their shard on the disk already.
    private Set<BlockId> listed(ShardStore store, List<StoredBlock> page) {
        var found = new TreeSet<BlockId>();
        var last = page.getLast().id();
        var from = new ShardId(page.getFirst().id(), 0);
        while (true) {
            var shards = store.list(from, BLOCKS_PER_STEP);
            shards.stream().filter(shard -> shard.slot() == slot).forEach(shard -> found.add(shard.block()));
            if (shards.size() < BLOCKS_PER_STEP || shards.getLast().block().compareTo(last) >= 0) {
                return found;
            }
            from = new ShardId(after(shards.getLast().block()), 0);
        }
    }

    private static BlockId after(BlockId block) {
        return new BlockId(block.copyset(), block.lease(), block.counter() + 1);
    }

    /// Makes these shards, some beside each other, so that they share flushes.
    private Did make(List<BlockRef> batch, ShardStore store, BlockId from) {
        var outcomes = new Rebuilt[batch.size()];
        for (int at = 0; at < batch.size(); at += SHARDS_AT_ONCE) {
            var running = new ArrayList<Tasks.Task>();
            for (int i = at; i < Math.min(batch.size(), at + SHARDS_AT_ONCE); i++) {
                int index = i;
                running.add(services.tasks.start("rebuild shard", () -> {
                    outcomes[index] = services.rebuild.rebuild(batch.get(index), slot, moving.to(), store);
                }));
            }
            running.forEach(Tasks.Task::join);
        }
        long bytes = 0;
        Optional<Did> refused = Optional.empty();
        for (int i = 0; i < batch.size(); i++) {
            switch (outcomes[i]) {
                case Rebuilt.Stored(long stored) -> {
                    bytes += stored;
                    takeBackIfDeleted(batch.get(i).id(), store);
                }
                case Rebuilt.NotThere() -> {}
                case Rebuilt.Unavailable(var reason) -> failed(batch.get(i), reason);
                case Rebuilt.Corrupt(var where) -> failed(batch.get(i), where);
                case Rebuilt.NoMemory() -> refused = Optional.of(again(from, "no memory"));
                case Rebuilt.Full() -> refused = Optional.of(again(from, "disk " + moving.to() + " is full"));
                case Rebuilt.Refused(var reason) ->
                    refused = Optional.of(again(from, "disk " + moving.to() + ": " + reason));
            }
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        return failures >= FAILURES_MAX ? endPass() : new Did.Moved(bytes);
    }

    private Did again(BlockId from, String why) {
        if (phase == Phase.COPY) {
            next = from;
        }
        return new Did.Waits(REFUSED_WAIT, why);
    }

    private void failed(BlockRef ref, String why) {
        failures++;
        failure = why;
        if (firstFailure.isEmpty()) {
            firstFailure = Optional.of(ref.id());
        }
    }

    private void takeBackIfDeleted(BlockId id, ShardStore store) {
        if (referenced(id).isEmpty()) {
            store.delete(new ShardId(id, slot));
        }
    }
}
