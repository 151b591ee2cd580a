package io.flywheel.objects;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Writes the shards of one block, all at once, cell by cell. A disk that refuses loses its shard; the others
/// go on, so that the block can be read and written anew elsewhere. For one task at a time.
final class BlockWriter {
    private final Tasks tasks;
    private final BlockId id;
    private final Scheme scheme;
    private final int slots;
    private final BooleanSupplier isCurrent;
    private final Shard[] shards;

    /// One shard on its way. Used by one task at a time.
    private final class Shard {
        final ShardId id;
        final FleetDisk disk;
        ShardStore.@Nullable Writer writer;

        @Nullable
        Dependency dependency;

        @Nullable
        String lost;

        boolean full;

        Shard(ShardId id, FleetDisk disk, long epoch) {
            this.id = id;
            this.disk = disk;
            writer = disk.store(epoch).open(id);
        }

        void lose(String why) {
            lost = why;
            writer = null;
            if (!full && isCurrent.getAsBoolean()) {
                disk.refused();
            }
        }
    }

    /// @param isCurrent whether the copyset is still in the epoch in which the disks were chosen
    BlockWriter(Tasks tasks, BlockId id, Fleet.Place.On place, BooleanSupplier isCurrent) {
        this.tasks = tasks;
        this.isCurrent = isCurrent;
        this.id = id;
        scheme = place.scheme();
        slots = place.slots();
        shards = new Shard[scheme.shards()];
        int slot = 0;
        for (int i = 0; i < shards.length; i++) {
            while ((slots & 1 << slot) == 0) {
                slot++;
            }
            shards[i] = new Shard(new ShardId(id, slot), place.disks().get(i), place.epoch());
            slot++;
        }
    }

    /// What the namespace keeps of the block.
    BlockRef ref(int lengthBytes, int cellBytes, long[] pieceCrcs) {
        return new BlockRef(id, BlockLayout.identity(scheme), slots, lengthBytes, cellBytes, pieceCrcs);
    }

    BlockId id() {
        return id;
    }

    Scheme scheme() {
        return scheme;
    }

    /// Appends to each shard its cell. The buffers may be reused on return.
    ///
    /// @param cells one for each shard; those of copies are the same
    void append(ByteBuffer[] cells) {
        forEach(shard -> {
            var writer = shards[shard].writer;
            if (writer != null && !writer.append(cells[shard].duplicate())) {
                seal(shard);
                if (shards[shard].lost == null) {
                    shards[shard].lose("it refused bytes and took the shard");
                }
            }
        });
    }

    /// The same bytes to each copy.
    void append(ByteBuffer bytes) {
        var cells = new ByteBuffer[shards.length];
        Arrays.fill(cells, bytes);
        append(cells);
    }

    /// Ends the shards; {@link #await} tells what came of them.
    void seal() {
        forEach(this::seal);
    }

    private void seal(int index) {
        var shard = shards[index];
        if (shard.writer == null) {
            return;
        }
        var sealed = shard.writer.seal();
        shard.writer = null;
        switch (sealed) {
            case ShardStore.Sealed.Accepted(var dependency) -> shard.dependency = dependency;
            case ShardStore.Sealed.Full() -> {
                shard.full = true;
                shard.lose("it is full");
            }
            case ShardStore.Sealed.Fenced(var reason) -> shard.lose(reason);
        }
    }

    /// Waits until the shards that were not lost are persistent.
    void await() {
        for (var shard : shards) {
            if (shard.lost == null
                    && shard.dependency != null
                    && shard.dependency.await() instanceof Persisted.Lost(var reason)) {
                shard.lose(reason);
            }
        }
    }

    /// How many shards were lost so far.
    int lostShards() {
        int lost = 0;
        for (var shard : shards) {
            lost += shard.lost != null ? 1 : 0;
        }
        return lost;
    }

    /// More are lost than the scheme allows: the block cannot be read.
    boolean isLost() {
        return lostShards() > scheme.parityShards();
    }

    /// Whether shards were lost for want of room, and for nothing else.
    boolean isFull() {
        boolean full = false;
        for (var shard : shards) {
            if (shard.lost != null && !shard.full) {
                return false;
            }
            full |= shard.full;
        }
        return full;
    }

    /// The disks that lost a shard.
    List<FleetDisk> lostDisks() {
        var disks = new ArrayList<FleetDisk>();
        for (var shard : shards) {
            if (shard.lost != null) {
                disks.add(shard.disk);
            }
        }
        return disks;
    }

    String problems() {
        var problems = new ArrayList<String>();
        for (var shard : shards) {
            if (shard.lost != null) {
                problems.add(shard.disk + ": " + shard.lost);
            }
        }
        return String.join("; ", problems);
    }

    /// Removes the shards whose disks are well. Should a crash undo it, the audit finds them, as it does what a disk
    /// that did not answer may yet write: nobody waits for that once more.
    void remove() {
        for (var shard : shards) {
            if (shard.writer != null) {
                shard.writer.close();
                shard.writer = null;
            }
            if (shard.lost == null || shard.full) {
                shard.disk.store().delete(shard.id);
            }
        }
    }

    /// For each shard beside each other, so that one slow disk holds up one shard.
    private void forEach(IntConsumer action) {
        var running = new ArrayList<Tasks.Task>();
        for (int i = 1; i < shards.length; i++) {
            int shard = i;
            if (shards[i].writer != null) {
                running.add(tasks.start("write shard", () -> action.accept(shard)));
            }
        }
        try {
            action.accept(0);
        } finally {
            running.forEach(Tasks.Task::join);
        }
    }
}
