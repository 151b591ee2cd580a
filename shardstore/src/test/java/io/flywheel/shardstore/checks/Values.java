package io.flywheel.shardstore.checks;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SeededRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The keys of a history and their values, which follow from key and length.
final class Values {
    /// Copysets that keys are spread over, so that the order of shards is not that of puts.
    private static final int COPYSETS = 3;

    private final TreeMap<Integer, byte[]> values = new TreeMap<>();

    static ShardId shard(int key) {
        return new ShardId(new BlockId(key % COPYSETS, 1, key / COPYSETS), 0);
    }

    static int key(ShardId shard) {
        return (int) shard.block().counter() * COPYSETS + shard.block().copyset();
    }

    /// Makes the value of a key; null when the key was used before.
    byte @Nullable [] create(int key, int bytes) {
        if (values.containsKey(key)) {
            return null;
        }
        var value = new byte[bytes];
        new SeededRandom(key * 31L + bytes).nextBytes(value);
        values.put(key, value);
        return value;
    }

    byte @Nullable [] find(int key) {
        return values.get(key);
    }

    Iterable<Integer> keys() {
        return values.keySet();
    }
}
