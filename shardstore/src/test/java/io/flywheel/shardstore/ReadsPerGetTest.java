package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.checks.ForwardingDisk;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What a get costs the disk: one read for the value, and one for a page of the index that is not in memory.
class ReadsPerGetTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(128, 256 << 10, 4096);
    private static final int VALUES = 3_000;
    private static final int VALUE_BYTES = 4 << 10;
    private static final int ALL_PAGES = 1_000;

    private static final class CountingDisk extends ForwardingDisk {
        private long reads;

        CountingDisk(Disk disk) {
            super(disk);
        }

        @Override
        public Io read(int extent, long offsetBytes, ByteBuffer destination) {
            reads++;
            return super.read(extent, offsetBytes, destination);
        }
    }

    /// How many of the values cost so many reads, in the second pass over a store of several levels of small tables.
    private static int[] readsPerGet(int cachedPages) {
        var simulation = new Simulation(5);
        var disk = new CountingDisk(new SimulatedDisk(GEOMETRY));
        var index = new IndexOptions(256, 1024, 16 << 10, 2, 2, cachedPages);
        var options = new Options(new UUID(1, 2), true, 64 << 10, 16 << 10, 16 << 10, 1 << 20, index);
        return simulation.run(() -> {
            var store = (DiskShardStore) ((Opened.Ok) DiskShardStore.open(disk, simulation.tasks(), options)).store();
            for (int number = 0; number < VALUES; number++) {
                assertThat(store.put(shard(number), ByteBuffer.allocate(VALUE_BYTES)))
                        .isInstanceOf(ShardStore.Sealed.Accepted.class);
            }
            assertThat(store.flush().await()).isEqualTo(new Persisted.Safe());
            store.close();
            store = (DiskShardStore) ((Opened.Ok) DiskShardStore.open(disk, simulation.tasks(), options)).store();
            var destination = ByteBuffer.allocate(VALUE_BYTES);
            var counts = new int[8];
            for (int pass = 0; pass < 2; pass++) {
                counts = new int[8];
                for (int at = 0; at < VALUES; at++) {
                    long before = disk.reads;
                    // A step that has no common divisor with the number of values visits each once.
                    var read = store.get(shard(at * 1_009 % VALUES), 0, destination.clear());
                    assertThat(read).isEqualTo(new ShardStore.Read.Found());
                    counts[(int) (disk.reads - before)]++;
                }
            }
            store.close();
            return counts;
        });
    }

    private static ShardId shard(int number) {
        return new ShardId(new BlockId(number % 5, 1, number), 0);
    }

    @Test
    void shouldReadTheDiskOnceWhenTheIndexIsCached() {
        assertThat(readsPerGet(ALL_PAGES)[1]).isEqualTo(VALUES);
    }

    @Test
    void shouldReadTheDiskAtMostTwiceButForTheFilterWhenItIsNot() {
        var counts = readsPerGet(1);
        // Each further table that covers the key is asked in vain for one key in eighty.
        assertThat(counts[1] + counts[2]).isGreaterThan(VALUES * 97 / 100);
        assertThat(counts[2]).isGreaterThan(VALUES / 2);
    }
}
