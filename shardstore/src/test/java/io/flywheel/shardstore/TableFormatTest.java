package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The formats of the index's tables.
class TableFormatTest {
    private static final Geometry GEOMETRY = new Geometry(1 << 20, 64 << 20, 4096);

    private final SeededRandom random = new SeededRandom(11);

    private ShardId shard() {
        long lease = 1 + (random.nextLong() >>> (1 + random.nextInt(62))) % Long.MAX_VALUE;
        long counter = random.nextLong() >>> (1 + random.nextInt(62));
        return new ShardId(new BlockId(random.nextInt(Integer.MAX_VALUE), lease, counter), random.nextInt(32));
    }

    private Entry entry() {
        if (random.nextInt(5) == 0) {
            return Entry.REMOVED;
        }
        var at = new Locator(
                random.nextInt(1 << 20),
                random.nextInt(900_000) * 64L,
                1 + random.nextInt(1 << 20),
                random.nextInt(Integer.MAX_VALUE) * 2,
                random.nextLong());
        if (random.nextInt(2) == 0) {
            return Entry.whole(at);
        }
        var shares = new ArrayList<Entry.Share>();
        for (int share = random.nextInt(4); share >= 0; share--) {
            shares.add(new Entry.Share(2 + random.nextInt(1000), random.nextInt(Integer.MAX_VALUE)));
        }
        return new Entry(at, 1 + random.nextInt(64 << 20), true, shares);
    }

    private static void assertSame(Entry found, Entry expected) {
        assertThat(found.isRemoved()).isEqualTo(expected.isRemoved());
        assertThat(found.at()).isEqualTo(expected.at());
        assertThat(found.lengthBytes()).isEqualTo(expected.lengthBytes());
        assertThat(found.inPieces()).isEqualTo(expected.inPieces());
        assertThat(found.shares()).isEqualTo(expected.shares());
    }

    @Test
    void shouldOrderKeysAsShards() {
        for (int round = 0; round < 10_000; round++) {
            var one = shard();
            var other = random.nextInt(2) == 0
                    ? shard()
                    : new ShardId(
                            new BlockId(
                                    one.block().copyset(),
                                    one.block().lease(),
                                    one.block().counter() ^ random.nextInt(4)),
                            random.nextInt(32));
            assertThat(ShardKey.of(one).shard()).isEqualTo(one);
            assertThat(Integer.signum(ShardKey.of(one).compareTo(ShardKey.of(other))))
                    .isEqualTo(Integer.signum(one.compareTo(other)));
        }
        assertThat(ShardKey.FIRST.shard()).isEqualTo(new ShardId(new BlockId(0, 1, 0), 0));
    }

    @Test
    void shouldFindEveryEntryOfAPage() {
        for (int round = 0; round < 200; round++) {
            var expected = new TreeMap<ShardId, Entry>();
            for (int index = 0; index < 150; index++) {
                expected.put(shard(), entry());
            }
            var builder = new TablePage.Builder(4032);
            var written = new TreeMap<ShardId, Entry>();
            for (var one : expected.entrySet()) {
                if (!builder.add(ShardKey.of(one.getKey()), one.getValue())) {
                    break;
                }
                written.put(one.getKey(), one.getValue());
            }
            var bytes = builder.take();
            assertThat(bytes.remaining()).isLessThanOrEqualTo(4032).isGreaterThan(2500);
            var page = TablePage.decode(bytes, GEOMETRY).orElseThrow();
            assertThat(page.size()).isEqualTo(written.size());
            written.forEach((shard, entry) ->
                    assertSame(java.util.Objects.requireNonNull(page.find(ShardKey.of(shard))), entry));
            assertThat(page.find(ShardKey.of(shard()))).isNull();
        }
    }

    @Test
    void shouldGiveAPageToALongEntryOfItsOwn() {
        var shares = new ArrayList<Entry.Share>();
        for (int share = 0; share < 1000; share++) {
            shares.add(new Entry.Share(2 + share, 1 << 30));
        }
        var builder = new TablePage.Builder(448);
        var entry = new Entry(new Locator(3, 64, 24_004, 5, 6), 64 << 20, true, shares);
        var first = shard();
        assertThat(builder.add(ShardKey.of(first), entry)).isTrue();
        var page = TablePage.decode(builder.take(), GEOMETRY).orElseThrow();
        assertSame(page.entry(0), entry);
        assertThat(page.shard(0)).isEqualTo(first);
    }

    @Test
    void shouldReadTheRootThatItWrites() {
        var root = root();
        var decoded = TableRoot.decode(root.encode(), GEOMETRY).orElseThrow();
        assertThat(decoded.encode()).isEqualTo(root.encode());
        assertThat(decoded.pages()).isEqualTo(2);
        assertThat(decoded.page(new ShardKey(1, 1L << 32, 0))).isEqualTo(-1);
        assertThat(decoded.page(new ShardKey(2, 1L << 32, 7))).isZero();
        assertThat(decoded.page(new ShardKey(9, 1L << 32, 0))).isEqualTo(1);
        assertThat(decoded.place(1)).isEqualTo(new Locator(5, 128, 4032, -9, 77));
    }

    private static TableRoot root() {
        var keys = new long[2 * ShardKey.WORDS];
        new ShardKey(2, 1L << 32, 0).put(keys, 0);
        new ShardKey(3, 1L << 32, 0).put(keys, 1);
        var places = new long[2 * ShardKey.WORDS];
        TableRoot.pack(new Locator(4, 1 << 20, 100, 9, 1L << 40), places, 0);
        TableRoot.pack(new Locator(5, 128, 4032, -9, 77), places, 1);
        return new TableRoot(60, keys, places, new ShardKey(9, 1L << 32, 0), BloomFilter.of(new long[] {3}, 1));
    }

    @Test
    void shouldNeverDenyWhatAFilterHas() {
        var hashes = new long[10_000];
        for (int index = 0; index < hashes.length; index++) {
            hashes[index] = ShardKey.of(new ShardId(new BlockId(index % 7, 1, index), 0))
                    .hash();
        }
        var filter = BloomFilter.of(hashes, hashes.length);
        for (long hash : hashes) {
            assertThat(filter.mayContain(hash)).isTrue();
        }
        int wrong = 0;
        for (int index = 0; index < 100_000; index++) {
            long hash = ShardKey.of(new ShardId(new BlockId(index % 7, 2, index), 0))
                    .hash();
            wrong += filter.mayContain(hash) ? 1 : 0;
        }
        assertThat(wrong).as("false answers of 100,000").isLessThan(2_500);
    }

    @Test
    void shouldDecodeAnyBytes() {
        var valid = List.of(root().encode(), page());
        for (int round = 0; round < 50_000; round++) {
            var bytes = valid.get(round % 2).duplicate();
            var copy = new byte[bytes.remaining() - random.nextInt(2) * random.nextInt(bytes.remaining())];
            bytes.get(copy);
            for (int change = random.nextInt(4); change >= 0; change--) {
                copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
            }
            TableRoot.decode(ByteBuffer.wrap(copy), GEOMETRY);
            TablePage.decode(ByteBuffer.wrap(copy), GEOMETRY).ifPresent(page -> {
                for (int index = 0; index < page.size(); index++) {
                    page.shard(index);
                    page.entry(index);
                }
            });
            EntryFormat.decode(ByteBuffer.wrap(copy), GEOMETRY);
            CheckpointPage.decode(ByteBuffer.wrap(copy), GEOMETRY);
        }
    }

    private ByteBuffer page() {
        var entries = new TreeMap<ShardId, Entry>();
        for (int index = 0; index < 5; index++) {
            entries.put(shard(), entry());
        }
        var builder = new TablePage.Builder(1000);
        entries.forEach((shard, entry) -> builder.add(ShardKey.of(shard), entry));
        return builder.take();
    }
}
