package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStore.Read;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What callers of one disk were told, and whether what they see fits it.
///
/// A value that was acknowledged is there until somebody begins to remove it; one that was removed for sure is
/// gone; one that did not happen never shows up; after a fence nothing older shows up that was not there.
final class Ledger {
    private final TreeMap<ShardId, Key> keys = new TreeMap<>();
    private final List<ShardId> inOrder = new ArrayList<>();
    private final TreeMap<Integer, Long> raised = new TreeMap<>();
    private final TreeMap<Integer, Long> fenced = new TreeMap<>();
    private int safe;
    private int unknown;
    private int stale;
    private int found;

    private enum Fate {
        UNDER_WAY,
        SAFE,
        NEVER,
        UNKNOWN
    }

    private static final class Key {
        final byte[] value;
        final Target target;
        /// Whether it was begun when its epoch was over already, for sure.
        final boolean isTooLate;
        Fate put = Fate.UNDER_WAY;
        boolean isRemovalBegun;
        boolean isRemoved;
        /// A fence found it not to be there.
        boolean isFencedOut;

        Key(Target target, byte[] value, boolean isTooLate) {
            this.target = target;
            this.value = value;
            this.isTooLate = isTooLate;
        }

        boolean mustBeThere() {
            return put == Fate.SAFE && !isRemovalBegun;
        }

        boolean mustBeMissing() {
            return put == Fate.NEVER || isRemoved || isFencedOut || isTooLate;
        }
    }

    /// What was known of a key at a moment.
    record Sight(boolean mustBeThere, boolean mustBeMissing) {}

    static ShardId first(int copyset) {
        return new ShardId(new BlockId(copyset, 1, 0), 0);
    }

    private Key key(ShardId shard) {
        var key = keys.get(shard);
        if (key == null) {
            throw new AssertionError(shard + " was never written");
        }
        return key;
    }

    ShardId shard(int number) {
        return inOrder.get(number);
    }

    ByteBuffer value(ShardId shard) {
        return ByteBuffer.wrap(key(shard).value);
    }

    long fenced(int copyset) {
        return fenced.getOrDefault(copyset, 0L);
    }

    long raise(int copyset) {
        return raised.merge(copyset, 1L, Long::sum);
    }

    void fencedAt(int copyset, long epoch) {
        fenced.merge(copyset, epoch, Math::max);
    }

    void begin(Target target, int bytes) {
        var value = new byte[bytes];
        new SeededRandom(target.shard().block().counter() * 1000 + bytes).nextBytes(value);
        boolean isTooLate = target.epoch() < fenced(target.shard().block().copyset());
        keys.put(target.shard(), new Key(target, value, isTooLate));
        inOrder.add(target.shard());
    }

    void end(Target target, Written written) {
        var key = key(target.shard());
        key.put = switch (written) {
            case Written.Safe() -> Fate.SAFE;
            case Written.Unknown _ -> Fate.UNKNOWN;
            case Written.Full _, Written.Fenced _, Written.Stale _, Written.NotDone _ -> Fate.NEVER;
        };
        safe += key.put == Fate.SAFE ? 1 : 0;
        unknown += key.put == Fate.UNKNOWN ? 1 : 0;
        stale += written instanceof Written.Stale ? 1 : 0;
        assertThat(key.put == Fate.SAFE && key.isTooLate)
                .as("%s was written under epoch %d after a fence", target.shard(), target.epoch())
                .isFalse();
    }

    void end(Target target, ShardStore.Sealed sealed) {
        end(
                target,
                switch (sealed) {
                    case ShardStore.Sealed.Accepted(var dependency) ->
                        switch (dependency.await()) {
                            case Persisted.Safe() -> new Written.Safe();
                            case Persisted.Lost(var reason) -> new Written.Unknown(reason);
                        };
                    case ShardStore.Sealed.Full() -> new Written.Full();
                    case ShardStore.Sealed.Fenced(var reason) -> new Written.Fenced(reason);
                });
    }

    /// Whether a removal that begins now is for sure: a put that is under way may come after it.
    boolean beginRemoval(ShardId shard) {
        key(shard).isRemovalBegun = true;
        return key(shard).put == Fate.SAFE;
    }

    void endRemoval(ShardId shard, boolean isForSure, Written written) {
        key(shard).isRemoved |= isForSure && written.isSafe();
    }

    Sight sight(ShardId shard) {
        var key = key(shard);
        return new Sight(key.mustBeThere(), key.mustBeMissing());
    }

    /// A get that began at the sight has ended now.
    void saw(ShardId shard, Sight before, Read read, int from, ByteBuffer destination) {
        var key = key(shard);
        switch (read) {
            case Read.Found() -> {
                found++;
                assertThat(before.mustBeMissing()).as("%s is there", shard).isFalse();
                assertThat(destination.flip())
                        .as("the bytes of %s", shard)
                        .isEqualTo(ByteBuffer.wrap(key.value, from, destination.limit()));
            }
            case Read.Missing() ->
                assertThat(before.mustBeThere() && key.mustBeThere())
                        .as("%s is missing", shard)
                        .isFalse();
            case Read.Corrupt(var where) -> throw new AssertionError(shard + " is corrupt: " + where);
            case Read.Failed _ -> {}
        }
    }

    /// What a copyset held at some moment after it was fenced: what is older and not there stays away.
    void listed(int copyset, long epoch, List<ShardId> shards) {
        keys.forEach((shard, key) -> {
            if (shard.block().copyset() == copyset && key.target.epoch() < epoch && !shards.contains(shard)) {
                assertThat(key.mustBeThere()).as("%s is not listed", shard).isFalse();
                // A removal that is not persistent yet may be undone by a crash.
                key.isFencedOut |= !key.isRemovalBegun;
            }
        });
    }

    void compareAtTheEnd(ShardStore store) {
        var listed = store.list(first(0), 10_000);
        keys.forEach((shard, key) -> {
            var destination = ByteBuffer.allocate(key.value.length);
            var read = store.get(shard, 0, destination);
            assertThat(read instanceof Read.Found || read instanceof Read.Missing)
                    .as("%s in the end: %s", shard, read)
                    .isTrue();
            saw(shard, sight(shard), read, 0, destination);
            assertThat(listed.contains(shard)).as("%s is listed", shard).isEqualTo(read instanceof Read.Found);
        });
        assertThat(keys.keySet()).containsAll(listed);
    }

    FleetHistory.Summary summary(int crashes, long lost) {
        return new FleetHistory.Summary(safe, unknown, found, stale, crashes, lost);
    }
}
