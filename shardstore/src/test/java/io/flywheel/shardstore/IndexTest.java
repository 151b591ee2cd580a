package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An index that is much larger than its memory: tiny memtables, pages and tables, so that a few thousand shards
/// make several levels.
class IndexTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(128, 64 << 10, 512);
    private static final UUID ID = new UUID(3, 4);
    private static final IndexOptions TINY = new IndexOptions(32, IndexOptions.PAGE_BYTES_MIN, 1500, 2, 2, 2);

    private final Simulation simulation = new Simulation(23);
    private final Random random = simulation.random();
    private final TreeMap<ShardId, Integer> expected = new TreeMap<>();
    private SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
    private @Nullable DiskShardStore opened;

    private DiskShardStore store() {
        return Objects.requireNonNull(opened);
    }

    /// As a task of the simulation, so that the upkeep of the index happens at the same places every time.
    private void simulate(Runnable test) {
        simulation.run(() -> {
            opened = open();
            test.run();
            store().close();
            return true;
        });
    }

    private DiskShardStore open() {
        var options = new Options(ID, true, 8 << 10, 1 << 10, 4 << 10, 1 << 20, TINY);
        var result = DiskShardStore.open(disk, simulation.tasks(), options);
        assertThat(result).isInstanceOf(Opened.Ok.class);
        return (DiskShardStore) ((Opened.Ok) result).store();
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(number % 5, 1 + number % 3, number), number % 2);
    }

    private void put(int number) {
        int length = 1 + random.nextInt(40);
        assertThat(store().put(shard(number), value(number, length))).isInstanceOf(ShardStore.Sealed.Accepted.class);
        expected.put(shard(number), length);
    }

    private static ByteBuffer value(int number, int length) {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            bytes.put((byte) (number + bytes.position()));
        }
        return bytes.flip();
    }

    private void delete(int number) {
        assertThat(store().delete(shard(number))).isInstanceOf(ShardStore.Sealed.Accepted.class);
        expected.remove(shard(number));
    }

    private void checkAll(int numbers) {
        assertThat(store().list(ShardKey.FIRST.shard(), Integer.MAX_VALUE))
                .containsExactlyElementsOf(expected.keySet());
        for (int number = 0; number < numbers; number++) {
            var length = expected.get(shard(number));
            assertThat(store().length(shard(number)).orElse(0L)).isEqualTo(length == null ? 0L : length);
            if (length != null) {
                var destination = ByteBuffer.allocate(length);
                assertThat(store().get(shard(number), 0, destination)).isEqualTo(new ShardStore.Read.Found());
                assertThat(destination.flip()).isEqualTo(value(number, length));
            }
        }
        assertThat(store().miscountedBytes()).isZero();
    }

    @Test
    void shouldAgreeWithASortedMapThroughRestartsAndCrashes() {
        simulate(this::agreeWithASortedMapThroughRestartsAndCrashes);
    }

    private void agreeWithASortedMapThroughRestartsAndCrashes() {
        int numbers = 2_000;
        for (int life = 0; life < 6; life++) {
            for (int step = 0; step < 1_500; step++) {
                int number = random.nextInt(numbers);
                if (random.nextInt(3) == 0) {
                    delete(number);
                } else {
                    put(number);
                }
                if (step % 50 == 0) {
                    store().reclaim();
                }
            }
            var from = shard(random.nextInt(numbers));
            assertThat(store().list(from, 20))
                    .containsExactlyElementsOf(
                            expected.tailMap(from).keySet().stream().limit(20).toList());
            checkAll(numbers);
            assertThat(store().flush().await()).isEqualTo(new Persisted.Safe());
            if (life % 2 == 0) {
                store().close();
            }
            disk = disk.crashDroppingUnflushed();
            opened = open();
            checkAll(numbers);
        }
    }

    @Test
    void shouldForgetRemovedShardsAtTheBottom() {
        simulate(this::forgetRemovedShardsAtTheBottom);
    }

    private void forgetRemovedShardsAtTheBottom() {
        for (int number = 0; number < 2_000; number++) {
            put(number);
        }
        for (int number = 0; number < 2_000; number++) {
            delete(number);
        }
        store().close();
        opened = open();
        while (store().reclaim()) {}
        checkAll(2_000);
        assertThat(store().space().usedBytes()).isZero();
    }

    @Test
    void shouldSayThatItIsUnreadableAndNotThatNothingIsThere() {
        simulate(this::sayThatItIsUnreadableAndNotThatNothingIsThere);
    }

    private void sayThatItIsUnreadableAndNotThatNothingIsThere() {
        for (int number = 0; number < 300; number++) {
            put(number);
        }
        store().close();
        opened = open();
        disk.faults().failNextReads(1_000_000);
        assertThatThrownBy(() -> store().list(ShardKey.FIRST.shard(), 10)).isInstanceOf(IndexUnreadable.class);
        assertThatThrownBy(() -> store().length(shard(7))).isInstanceOf(IndexUnreadable.class);
        assertThat(store().get(shard(7), 0, ByteBuffer.allocate(1))).isInstanceOf(ShardStore.Read.Failed.class);
        assertThat(store().delete(shard(7))).isInstanceOf(ShardStore.Sealed.Fenced.class);
        assertThat(store().put(shard(7), value(7, 9))).isInstanceOf(ShardStore.Sealed.Fenced.class);
        assertThat(store().reclaim()).isFalse();
        disk.faults().failNextReads(0);
        checkAll(300);
    }

    @Test
    void shouldReportADamagedPageAndKeepTheRest() {
        simulate(this::reportADamagedPageAndKeepTheRest);
    }

    private void reportADamagedPageAndKeepTheRest() {
        for (int number = 0; number < 300; number++) {
            put(number);
        }
        store().close();
        opened = open();
        while (store().reclaim()) {}
        var table = store().tables().levels().stream()
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow();
        var page = table.root().place(0);
        disk.flipBit(page.extent(), page.payloadOffsetBytes() + 9, 3);
        int corrupt = 0;
        for (int number = 0; number < 300; number++) {
            var read = store().get(shard(number), 0, ByteBuffer.allocate(1));
            assertThat(read).isNotInstanceOf(ShardStore.Read.Missing.class);
            corrupt += read instanceof ShardStore.Read.Corrupt ? 1 : 0;
        }
        assertThat(corrupt).isPositive().isLessThan(60);
    }

    @Test
    void shouldReclaimOtherExtentsBesideADamagedPage() {
        simulate(this::reclaimOtherExtentsBesideADamagedPage);
    }

    private void reclaimOtherExtentsBesideADamagedPage() {
        int large = 2_400;
        for (int number = 0; number < large; number++) {
            var sealed = store().put(largeShard(number), ByteBuffer.allocate(1 << 10));
            assertThat(sealed).isInstanceOf(ShardStore.Sealed.Accepted.class);
            if (number % 21 == 0) {
                put(number);
            }
        }
        store().close();
        opened = open();
        var firstLarge = ShardKey.of(largeShard(0));
        var table = store().tables().levels().stream()
                .flatMap(List::stream)
                .filter(one -> one.root().page(firstLarge) > 0)
                .min(Comparator.comparing(Table::first))
                .orElseThrow();
        var page = table.root().place(0);
        disk.flipBit(page.extent(), page.payloadOffsetBytes() + 9, 3);
        for (int number = 0; number < large; number++) {
            assertThat(store().delete(largeShard(number))).isInstanceOf(ShardStore.Sealed.Accepted.class);
        }
        assertThat(store().flush().await()).isEqualTo(new Persisted.Safe());
        long garbageBytes = store().space().garbageBytes();
        assertThat(garbageBytes).isGreaterThan(40 * GEOMETRY.extentBytes());
        while (store().reclaim()) {}
        // What holds the page, or values that it tells of, is left alone.
        assertThat(store().space().garbageBytes()).isLessThan(garbageBytes / 3);
        var where = "a page of the index at extent " + page.extent() + " offset " + page.offsetBytes();
        assertThat(store().damage())
                .contains("extent " + page.extent() + " is left alone: damaged: " + where)
                .allSatisfy(damage -> assertThat(damage).endsWith(where));
    }

    /// The place of a value whose frame rotted is not known to be garbage, and the index does not let it be counted.
    @Test
    void shouldKeepEverythingAfterAStartThatCouldNotCount() {
        simulate(this::keepEverythingAfterAStartThatCouldNotCount);
    }

    private void keepEverythingAfterAStartThatCouldNotCount() {
        for (int number = 0; number < 300; number++) {
            put(number);
        }
        store().close();
        opened = open();
        var kept = largeShard(0);
        var lost = largeShard(1);
        assertThat(store().put(kept, value(7, 3_000)).await()).isEqualTo(new Persisted.Safe());
        assertThat(store().put(lost, value(90, 3_000)).await()).isEqualTo(new Persisted.Safe());
        assertThat(store().delete(lost).await()).isEqualTo(new Persisted.Safe());
        // Proves that what is before it was persistent.
        assertThat(store().put(largeShard(2), value(8, 1)).await()).isEqualTo(new Persisted.Safe());
        var page = store().tables().levels().stream()
                .flatMap(List::stream)
                .findFirst()
                .orElseThrow()
                .root()
                .place(0);
        disk = disk.crashDroppingUnflushed();
        flip(page.extent(), page.payloadOffsetBytes() + 9);
        var rotten = find(value(90, 3_000));
        flip(rotten.extent(), rotten.offsetBytes() - Frame.HEADER_BYTES + 9);
        for (int life = 0; life < 3; life++) {
            opened = open();
            assertThat(store().damage()).isNotEmpty();
            for (int number = 0; number < 1_000; number++) {
                store().put(largeShard(1_000 * (life + 1) + number), value(number, 3_000));
            }
            var destination = ByteBuffer.allocate(3_000);
            assertThat(store().get(kept, 0, destination)).isEqualTo(new ShardStore.Read.Found());
            assertThat(destination.flip()).isEqualTo(value(7, 3_000));
            store().close();
        }
        opened = open();
    }

    private void flip(int extent, long offsetBytes) {
        disk.flipBit(extent, offsetBytes, 3);
    }

    /// The place of some bytes on the disk, as if they were a frame.
    private Locator find(ByteBuffer bytes) {
        var read = ByteBuffer.allocate(bytes.remaining());
        for (int extent = Superblocks.COPIES; extent < GEOMETRY.extents(); extent++) {
            for (long at = 0; at + read.capacity() <= GEOMETRY.extentBytes(); at += Frame.ALIGNMENT_BYTES) {
                boolean isThere = disk.prepared(extent)
                        && disk.read(extent, at, read.clear()).done()
                        && read.flip().equals(bytes);
                if (isThere) {
                    return new Locator(extent, at, bytes.remaining(), 0, 0);
                }
            }
        }
        throw new AssertionError("the bytes are not on the disk");
    }

    /// Behind all others in the order of shards.
    private static ShardId largeShard(int number) {
        return new ShardId(new BlockId(9, 1, number), 0);
    }
}
