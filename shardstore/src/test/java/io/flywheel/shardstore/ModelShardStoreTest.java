package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModelShardStoreTest extends ShardStoreContract {
    @Override
    protected ShardStore create() {
        return new ModelShardStore();
    }

    @Override
    protected ShardStore reopen(ShardStore store) {
        store.close();
        return ((ModelShardStore) store).crash();
    }

    @Test
    void shouldLoseWhatNobodyWaitedFor() {
        var store = ModelShardStore.persistingOnFlush();
        persist(store.put(shard(1), value(10, 1)));
        store.put(shard(2), value(10, 2));
        var next = store.crash();
        assertThat(next.list(shard(0), 10)).containsExactly(shard(1));
    }

    @Test
    void shouldBeFullAtItsLimit() {
        var store = new ModelShardStore();
        store.limit(100);
        persist(store.put(shard(1), value(60, 1)));
        assertThat(store.put(shard(2), value(60, 2))).isEqualTo(new ShardStore.Sealed.Full());
        persist(store.delete(shard(1)));
        persist(store.put(shard(2), value(60, 2)));
    }

    @Test
    void shouldTakeNoWritesOnceFenced() {
        var store = new ModelShardStore();
        persist(store.put(shard(1), value(60, 1)));
        store.fence("it failed");
        assertThat(store.put(shard(2), value(60, 2))).isEqualTo(new ShardStore.Sealed.Fenced("it failed"));
        assertThat(store.length(shard(1))).contains(60L);
    }
}
