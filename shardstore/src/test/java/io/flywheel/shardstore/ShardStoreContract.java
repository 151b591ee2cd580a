package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.shardstore.ShardStore.Read;
import io.flywheel.shardstore.ShardStore.Sealed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every shard store does.
public abstract class ShardStoreContract {
    private ShardStore store;

    /// A new, empty store.
    protected abstract ShardStore create() throws IOException;

    /// The same store after an orderly restart.
    protected abstract ShardStore reopen(ShardStore store) throws IOException;

    @BeforeEach
    final void openStore() throws IOException {
        store = create();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    protected static ShardId shard(int number) {
        return new ShardId(new BlockId(number / 100, 1, number % 100), 0);
    }

    protected static ByteBuffer value(int length, int seed) {
        var bytes = ByteBuffer.allocate(length);
        for (int at = 0; at < length; at++) {
            bytes.put(at, (byte) (seed * 31 + at + (at >> 8) * 7));
        }
        return bytes;
    }

    protected static void persist(Sealed sealed) {
        assertThat(sealed).isInstanceOf(Sealed.Accepted.class);
        assertThat(sealed.await()).isEqualTo(new Persisted.Safe());
        assertThat(((Sealed.Accepted) sealed).dependency().isPersistent()).isTrue();
    }

    private void expect(ShardId shard, ByteBuffer value) {
        assertThat(store.length(shard)).contains((long) value.limit());
        for (var destination : List.of(ByteBuffer.allocate(value.limit()), ByteBuffer.allocateDirect(value.limit()))) {
            assertThat(store.get(shard, 0, destination)).isEqualTo(new Read.Found());
            assertThat(destination.flip()).isEqualTo(value.duplicate().position(0));
        }
    }

    @Test
    void shouldReturnWhatWasPut() {
        persist(store.put(shard(1), value(1, 1)));
        persist(store.put(shard(2), value(4096, 2)));
        persist(store.put(shard(3), value(100_000, 3)));
        expect(shard(1), value(1, 1));
        expect(shard(2), value(4096, 2));
        expect(shard(3), value(100_000, 3));
    }

    @Test
    void shouldSeeAValueFromItsSealOn() {
        var sealed = store.put(shard(1), value(1000, 1));
        expect(shard(1), value(1000, 1));
        assertThat(store.list(shard(0), 10)).containsExactly(shard(1));
        persist(sealed);
    }

    @Test
    void shouldReturnAnyRange() {
        int length = 400_000;
        var whole = value(length, 9);
        persist(store.put(shard(1), whole.duplicate()));
        int[] edges = {0, 1, 63, 65_535, 65_536, 65_537, 131_072, 200_000, 262_144, 399_999, 400_000};
        for (int from : edges) {
            for (int to : edges) {
                if (from < to) {
                    var destination = ByteBuffer.allocateDirect(to - from);
                    assertThat(store.get(shard(1), from, destination)).isEqualTo(new Read.Found());
                    assertThat(destination.flip()).isEqualTo(whole.slice(from, to - from));
                }
            }
        }
    }

    @Test
    void shouldReadTheSameWithoutWaitingOrNotAtAll() {
        int length = 2_400_000;
        var whole = value(length, 9);
        try (var writer = store.open(shard(1))) {
            writer.append(whole.duplicate());
            persist(writer.seal());
        }
        persist(store.put(shard(2), whole.slice(0, 5000)));
        // What was read before is likely to be in memory.
        expect(shard(1), whole);
        expect(shard(2), whole.slice(0, 5000));
        int[] edges = {0, 1, 4999, 5000, 65_536, 262_144, 1_048_576, 1_048_577, 2_000_000, 2_400_000};
        for (int shard = 1; shard <= 2; shard++) {
            var located = store.locate(shard(shard)).orElse(null);
            long bytes = store.length(shard(shard)).orElseThrow();
            for (int from : edges) {
                for (int to : edges) {
                    if (located != null && from < to && to <= bytes) {
                        var destination = ByteBuffer.allocateDirect(to - from);
                        if (located.readNow(from, destination)) {
                            assertThat(destination.flip()).isEqualTo(whole.slice(from, to - from));
                        } else {
                            assertThat(destination).isEqualTo(ByteBuffer.allocateDirect(to - from));
                        }
                    }
                }
            }
        }
        assertThat(store.locate(shard(3))).isEmpty();
    }

    @Test
    void shouldRefuseARangePastTheEnd() {
        persist(store.put(shard(1), value(10, 1)));
        assertThatThrownBy(() -> store.get(shard(1), 5, ByteBuffer.allocate(6)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldAssembleAStreamFromAnyAppends() {
        var whole = value(700_001, 4);
        for (int step : new int[] {999, 65_536, 262_144, 700_001}) {
            try (var writer = store.open(shard(step))) {
                for (int at = 0; at < whole.limit(); at += step) {
                    assertThat(writer.append(whole.slice(at, Math.min(step, whole.limit() - at))))
                            .isTrue();
                }
                assertThat(store.length(shard(step))).isEmpty();
                persist(writer.seal());
            }
            expect(shard(step), whole);
        }
    }

    @Test
    void shouldNotTouchTheBufferAfterAppendReturned() {
        var bytes = value(300_000, 5);
        try (var writer = store.open(shard(1))) {
            writer.append(bytes.duplicate());
            bytes.put(0, (byte) 77).put(299_999, (byte) 77);
            persist(writer.seal());
        }
        expect(shard(1), value(300_000, 5));
    }

    @Test
    void shouldShowNothingOfAWriterThatWasNotSealed() {
        try (var writer = store.open(shard(1))) {
            writer.append(value(400_000, 1));
        }
        assertThat(store.length(shard(1))).isEmpty();
        assertThat(store.get(shard(1), 0, ByteBuffer.allocate(1))).isEqualTo(new Read.Missing());
    }

    @Test
    void shouldForgetWhatWasDeleted() {
        persist(store.put(shard(1), value(100, 1)));
        persist(store.delete(shard(1)));
        persist(store.delete(shard(1)));
        persist(store.delete(shard(2)));
        assertThat(store.length(shard(1))).isEmpty();
        assertThat(store.get(shard(1), 0, ByteBuffer.allocate(1))).isEqualTo(new Read.Missing());
        assertThat(store.list(shard(0), 10)).isEmpty();
    }

    @Test
    void shouldListInOrderFromAPlaceUpToALimit() {
        for (int number : new int[] {305, 1, 207, 99, 100, 2}) {
            persist(store.put(shard(number), value(10, number)));
        }
        assertThat(store.list(shard(0), 100))
                .containsExactly(shard(1), shard(2), shard(99), shard(100), shard(207), shard(305));
        assertThat(store.list(shard(2), 3)).containsExactly(shard(2), shard(99), shard(100));
        assertThat(store.list(shard(306), 3)).isEmpty();
    }

    @Test
    void shouldKeepEverythingAcrossARestart() throws IOException {
        persist(store.put(shard(1), value(5000, 1)));
        persist(store.put(shard(2), value(600_000, 2)));
        persist(store.put(shard(3), value(5000, 3)));
        persist(store.delete(shard(3)));
        for (int round = 0; round < 3; round++) {
            store = reopen(store);
            expect(shard(1), value(5000, 1));
            expect(shard(2), value(600_000, 2));
            assertThat(store.list(shard(0), 100)).contains(shard(1), shard(2)).doesNotContain(shard(3));
            persist(store.put(shard(10 + round), value(100, round)));
        }
        assertThat(store.list(shard(10), 100)).containsExactly(shard(10), shard(11), shard(12));
    }

    @Test
    void shouldPromiseEverythingBeforeAFlush() {
        var sealed = new ArrayList<Sealed>();
        for (int number = 0; number < 20; number++) {
            sealed.add(store.put(shard(number), value(100, number)));
        }
        persist(store.flush());
        for (var one : sealed) {
            assertThat(((Sealed.Accepted) one).dependency().isPersistent()).isTrue();
        }
    }

    @Test
    void shouldCombineDependencies() {
        var one = ((Sealed.Accepted) store.put(shard(1), value(100, 1))).dependency();
        var other = ((Sealed.Accepted) store.put(shard(2), value(100, 2))).dependency();
        var both = one.and(other);
        var done = new int[1];
        assertThat(both.await()).isEqualTo(new Persisted.Safe());
        assertThat(both.isPersistent()).isTrue();
        both.onDone(() -> done[0]++);
        assertThat(done[0]).isEqualTo(1);
    }

    @Test
    void shouldPutAndRemoveManyWithOnePromise() {
        var puts = IntStream.range(0, 300)
                .mapToObj(number -> new ShardStore.Put(shard(number), value(1 + number, number)))
                .toList();
        persist(store.putAll(puts));
        assertThat(store.list(shard(0), 1_000)).hasSize(300);
        expect(shard(299), value(300, 299));
        persist(store.deleteAll(
                IntStream.range(0, 299).mapToObj(ShardStoreContract::shard).toList()));
        assertThat(store.list(shard(0), 1_000)).containsExactly(shard(299));
        persist(store.putAll(List.of()));
        persist(store.deleteAll(List.of()));
    }

    /// A promise of somebody else, kept or not when somebody waits for it.
    private static final class Promised implements Dependency {
        private final Persisted outcome;
        private boolean isAwaited;

        Promised(Persisted outcome) {
            this.outcome = outcome;
        }

        @Override
        public Persisted await() {
            isAwaited = true;
            return outcome;
        }

        @Override
        public boolean isPersistent() {
            return isAwaited && outcome instanceof Persisted.Safe;
        }

        @Override
        public void onDone(Runnable action) {
            throw new IllegalStateException("nobody asks");
        }

        @Override
        public Dependency and(Dependency other) {
            throw new IllegalStateException("nobody asks");
        }
    }

    @Test
    void shouldWriteNothingBeforeWhatItDependsOn() {
        var kept = new Promised(new Persisted.Safe());
        persist(store.put(shard(1), value(10, 1), kept));
        assertThat(kept.isAwaited).isTrue();
        var lost = new Promised(new Persisted.Lost("the other disk failed"));
        assertThat(store.put(shard(2), value(10, 2), lost)).isEqualTo(new Sealed.Fenced("the other disk failed"));
        assertThat(store.delete(shard(1), lost)).isEqualTo(new Sealed.Fenced("the other disk failed"));
        try (var writer = store.open(shard(3))) {
            writer.append(value(10, 3));
            assertThat(writer.seal(lost)).isEqualTo(new Sealed.Fenced("the other disk failed"));
        }
        assertThat(store.list(shard(0), 10)).containsExactly(shard(1));
    }

    @Test
    void shouldKeepItsOwnPromisesInOrder() {
        var first = ((Sealed.Accepted) store.put(shard(1), value(50_000, 1))).dependency();
        var second = ((Sealed.Accepted) store.put(shard(2), value(10, 2), first)).dependency();
        var third = ((Sealed.Accepted) store.delete(shard(1), second)).dependency();
        assertThat(third.await()).isEqualTo(new Persisted.Safe());
        assertThat(first.isPersistent()).isTrue();
        assertThat(second.isPersistent()).isTrue();
        assertThat(store.list(shard(0), 10)).containsExactly(shard(2));
    }

    @Test
    void shouldCountItsSpace() {
        var before = store.space();
        persist(store.put(shard(1), value(200_000, 1)));
        var after = store.space();
        assertThat(after.usedBytes()).isGreaterThanOrEqualTo(before.usedBytes() + 200_000);
        assertThat(after.freeBytes()).isLessThanOrEqualTo(before.freeBytes() - 200_000);
        persist(store.delete(shard(1)));
        assertThat(store.space().usedBytes()).isEqualTo(before.usedBytes());
    }
}
