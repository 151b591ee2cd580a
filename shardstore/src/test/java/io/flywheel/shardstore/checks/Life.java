package io.flywheel.shardstore.checks;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// An open store between two starts: reads go through here, are held to the values that were written, and noted.
final class Life {
    final ShardStore store;
    final Timeline timeline;
    final Values values;
    final Machine machine;
    /// The model beside the store, where that makes sense.
    final Optional<Mirror> mirror;
    /// What may happen now that may not happen by itself.
    boolean mayFence;
    boolean mayFailReads;
    boolean mayBeCorrupt;
    /// Space that the store may have planned with was taken away.
    boolean mayBeFull;
    /// What is free at least when nothing is stored.
    long freeBytesMin;

    /// Where another task may run.
    final Runnable pause;

    Life(ShardStore store, Timeline timeline, Values values, Machine machine, Optional<Mirror> mirror, Runnable pause) {
        this.pause = pause;
        this.store = store;
        this.timeline = timeline;
        this.values = values;
        this.machine = machine;
        this.mirror = mirror;
    }

    /// Reads and notes; true when the value was there.
    void get(int key, int from, int length) {
        var value = values.find(key);
        int offset = value == null ? 0 : from % value.length;
        int size = value == null ? 1 : Math.min(length, value.length - offset);
        var destination = ByteBuffer.allocate(size);
        long begin = timeline.now();
        switch (store.get(Values.shard(key), offset, destination)) {
            case ShardStore.Read.Found() -> {
                if (value == null || !destination.flip().equals(ByteBuffer.wrap(value, offset, size))) {
                    throw new CheckFailure("a wrong byte of key " + key);
                }
                timeline.saw(key, true, begin);
            }
            case ShardStore.Read.Missing() -> timeline.saw(key, false, begin);
            case ShardStore.Read.Corrupt(var where) -> {
                if (!mayBeCorrupt && !machine.isOff()) {
                    throw new CheckFailure("key " + key + " is corrupt at " + where);
                }
            }
            case ShardStore.Read.Failed(var reason) -> {
                if (!mayFailReads && !mayFence && !machine.isOff()) {
                    throw new CheckFailure("a read of key " + key + " failed: " + reason);
                }
            }
        }
    }

    Optional<ShardStore.Located> locate(int key) {
        long begin = timeline.now();
        var located = store.locate(Values.shard(key));
        if (located.isPresent()) {
            if (values.find(key) == null) {
                throw new CheckFailure("key " + key + " was found and never written");
            }
            timeline.saw(key, true, begin);
        }
        return located;
    }

    /// Reads what a look-up found; the caller verifies it, so after silent damage it may be anything.
    void read(ShardStore.Located located, int key, int from, int length) {
        var value = values.find(key);
        if (value == null) {
            return;
        }
        int offset = from % value.length;
        int size = Math.min(length, value.length - offset);
        var destination = ByteBuffer.allocate(size);
        boolean differs = located.readNow(offset, destination)
                && !destination.flip().equals(ByteBuffer.wrap(value, offset, size));
        if (differs && !mayBeCorrupt) {
            throw new CheckFailure("a wrong byte of key " + key + ", read without waiting");
        }
    }

    void length(int key) {
        var value = values.find(key);
        long begin = timeline.now();
        Optional<Long> length;
        try {
            length = store.length(Values.shard(key));
        } catch (IndexUnreadable unreadable) {
            expectUnreadable(unreadable);
            return;
        }
        if (machine.isOff()) {
            return;
        }
        if (length.isPresent() && (value == null || length.get() != value.length)) {
            throw new CheckFailure("a wrong length of key " + key + ": " + length);
        }
        timeline.saw(key, length.isPresent(), begin);
    }

    /// Lists and notes: each key in the range that was listed was seen there, or not, at some moment of the call.
    List<ShardId> list(ShardId from, int limit) {
        long begin = timeline.now();
        List<ShardId> listed;
        try {
            listed = store.list(from, limit);
        } catch (IndexUnreadable unreadable) {
            expectUnreadable(unreadable);
            return List.of();
        }
        if (machine.isOff()) {
            return List.of();
        }
        if (listed.size() > limit) {
            throw new CheckFailure("a listing is longer than " + limit);
        }
        var last = Optional.<ShardId>empty();
        for (var shard : listed) {
            if (shard.compareTo(from) < 0 || (last.isPresent() && shard.compareTo(last.get()) <= 0)) {
                throw new CheckFailure("a listing is out of order: " + listed);
            }
            if (values.find(Values.key(shard)) == null) {
                throw new CheckFailure(shard + " was listed and never written");
            }
            last = Optional.of(shard);
        }
        var present = new HashSet<>(listed);
        for (int key : values.keys()) {
            var shard = Values.shard(key);
            boolean covered =
                    shard.compareTo(from) >= 0 && (listed.size() < limit || shard.compareTo(listed.getLast()) <= 0);
            if (covered) {
                timeline.saw(key, present.contains(shard), begin);
            }
        }
        return listed;
    }

    private void expectUnreadable(IndexUnreadable unreadable) {
        if (!mayBeCorrupt && !mayFailReads && !machine.isOff()) {
            throw new CheckFailure("the index is unreadable: " + unreadable.getMessage());
        }
    }

    /// Looks at everything.
    void observeAll() {
        list(Values.shard(0), Integer.MAX_VALUE);
        for (int key : values.keys()) {
            if (machine.isOff()) {
                return;
            }
            get(key, 0, Integer.MAX_VALUE);
        }
    }

    /// After everything was deleted, almost all is free again.
    void expectSpace() {
        var space = store.space();
        boolean isExcused = machine.isOff() || mayBeFull || mayBeCorrupt || mayFence || mayFailReads;
        if (!isExcused && space.usedBytes() == 0 && space.freeBytes() < freeBytesMin) {
            throw new CheckFailure("space does not come back: " + space + ", expected free " + freeBytesMin);
        }
    }

    /// Space adds up: live values take at least their bytes, nothing is negative, and every byte is counted once.
    void checkSpace() {
        try {
            addUp();
        } catch (IndexUnreadable unreadable) {
            expectUnreadable(unreadable);
        }
    }

    private void addUp() {
        var space = store.space();
        long payload = 0;
        for (var shard : store.list(Values.shard(0), Integer.MAX_VALUE)) {
            payload += store.length(shard).orElse(0L);
        }
        boolean adds = space.usedBytes() >= payload && space.freeBytes() >= 0 && space.garbageBytes() >= 0;
        if (!adds && !machine.isOff()) {
            throw new CheckFailure("space does not add up: " + space + ", values " + payload);
        }
        long miscounted = store instanceof DiskShardStore engine ? engine.miscountedBytes() : 0;
        if (miscounted != 0 && !mayBeCorrupt && !machine.isOff()) {
            throw new CheckFailure("space is miscounted by " + miscounted);
        }
    }
}
