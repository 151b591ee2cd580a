package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStore.Read;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Who owns the buffers when a disk of the same process is slower than its callers wait.
class LoopbackTimeoutTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 64 << 10, 512);
    private static final DiskId DISK = new DiskId(new UUID(1, 1));
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final Target TARGET = new Target(new ShardId(new BlockId(0, 1, 0), 0), 0);
    private static final Duration HOUR = Duration.ofHours(1);

    private interface Body {
        void run(Simulation simulation, RemoteDisk remote, DiskFaults faults);
    }

    private static void withADisk(Body body) {
        for (long seed = 1; seed <= 20; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                var tasks = simulation.tasks();
                var clock = simulation.clock();
                var faults = new DiskFaults(tasks, clock, simulation.random());
                var disk = new FaultyDisk(new SimulatedDisk(GEOMETRY, tasks::yieldNow), faults);
                var options = new Options(DISK.uuid(), true, 4096, 512, 2048, 32 << 10);
                var opened = DiskShardStore.open(disk, tasks, options);
                var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
                node.add(DISK, ((Opened.Ok) opened).store(), List.of());
                var loopback = new Loopback(tasks, clock);
                node.serve(loopback.as(NODE), FLEET);
                var client = new StorageClient(
                        loopback.as(new NodeId("caller")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT);
                body.run(simulation, client.disk(DISK), faults);
            });
        }
    }

    private static ByteBuffer filled(int length, int with) {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            bytes.put((byte) with);
        }
        return bytes.flip();
    }

    @Test
    void shouldKeepTheDestinationOfAReadUntilTheDiskLetsItGo() {
        withADisk((simulation, remote, faults) -> {
            assertThat(remote.put(TARGET, filled(1000, 7)).await()).isEqualTo(new Written.Safe());
            faults.become(new DiskFault.Slow(1, HOUR));
            var destination = ByteBuffer.allocate(1000);
            var read = remote.get(TARGET.shard(), 0, destination, Duration.ofSeconds(1));
            assertThat(read.await()).isInstanceOf(Read.Failed.class);
            assertThat(simulation.clock().monotonicNanos()).isLessThan(HOUR.toNanos());
            read.awaitRelease();
            assertThat(simulation.clock().monotonicNanos()).isGreaterThanOrEqualTo(HOUR.toNanos());
            destination.clear().put(filled(1000, 9)).flip();
            simulation.tasks().sleep(HOUR.multipliedBy(5));
            assertThat(destination).isEqualTo(filled(1000, 9));
        });
    }

    @Test
    void shouldReturnFromAStoresReadOnlyWithItsDestination() {
        withADisk((simulation, remote, faults) -> {
            assertThat(remote.put(TARGET, filled(1000, 7)).await()).isEqualTo(new Written.Safe());
            faults.become(new DiskFault.Slow(1, HOUR));
            var destination = ByteBuffer.allocate(1000);
            var store = remote.store(Epochs.FIRST);
            var read = store.get(TARGET.shard(), 0, destination);
            assertThat(simulation.clock().monotonicNanos()).isGreaterThanOrEqualTo(HOUR.toNanos());
            if (read instanceof Read.Found) {
                assertThat(destination.flip()).isEqualTo(filled(1000, 7));
            }
            destination.clear().put(filled(1000, 9)).flip();
            simulation.tasks().sleep(HOUR.multipliedBy(5));
            assertThat(destination).isEqualTo(filled(1000, 9));
        });
    }

    @Test
    void shouldNotAcknowledgeAWriteThatTookTooLong() {
        withADisk((simulation, remote, faults) -> {
            faults.become(new DiskFault.Slow(1, HOUR));
            var value = filled(1000, 7);
            var write = remote.put(TARGET, value);
            assertThat(write.await()).isInstanceOf(Written.Unknown.class);
            assertThat(simulation.clock().monotonicNanos()).isLessThan(HOUR.toNanos());
            write.awaitRelease();
            value.clear().put(filled(1000, 9));
            faults.become(DiskFault.NONE);
            simulation.tasks().sleep(HOUR.multipliedBy(5));
            // It happened after all, with the bytes as they were.
            var destination = ByteBuffer.allocate(1000);
            assertThat(remote.store(Epochs.FIRST).get(TARGET.shard(), 0, destination))
                    .isEqualTo(new Read.Found());
            assertThat(destination.flip()).isEqualTo(filled(1000, 7));
        });
    }

    /// Whoever waits lends its task to the node, which must not keep it.
    @Test
    void shouldLetGoOfWritersWhenTheDiskHangs() {
        withADisk((simulation, remote, faults) -> {
            var clock = simulation.clock();
            faults.become(new DiskFault.Hung());
            var store = remote.store(Epochs.FIRST);
            long longest = 0;
            // More than the engine takes ahead of what is written.
            for (int number = 0; number < 40; number++) {
                long begun = clock.monotonicNanos();
                var sealed = store.put(new ShardId(new BlockId(0, 1, number), 0), filled(1000, number));
                assertThat(sealed instanceof ShardStore.Sealed.Accepted(var dependency)
                                && dependency.await() instanceof Persisted.Safe)
                        .isFalse();
                longest = Math.max(longest, clock.monotonicNanos() - begun);
            }
            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(25));
            faults.become(DiskFault.NONE);
            var sealed = store.put(new ShardId(new BlockId(0, 1, 100), 0), filled(1000, 1));
            assertThat(sealed).isInstanceOf(ShardStore.Sealed.Accepted.class);
            assertThat(((ShardStore.Sealed.Accepted) sealed).dependency().await())
                    .isInstanceOf(Persisted.Safe.class);
        });
    }

    @Test
    void shouldBeAsFastAsBeforeOnceADiskIsSlowNoLonger() {
        withADisk((simulation, remote, faults) -> {
            faults.become(new DiskFault.Slow(50, Duration.ofMinutes(10)));
            var store = remote.store(Epochs.FIRST);
            var slow = store.put(new ShardId(new BlockId(0, 1, 1), 0), filled(1000, 1));
            assertThat(slow instanceof ShardStore.Sealed.Accepted(var dependency)
                            && dependency.await() instanceof Persisted.Safe)
                    .isFalse();
            faults.become(DiskFault.NONE);
            var sealed = store.put(new ShardId(new BlockId(0, 1, 2), 0), filled(1000, 2));
            assertThat(sealed).isInstanceOf(ShardStore.Sealed.Accepted.class);
            assertThat(((ShardStore.Sealed.Accepted) sealed).dependency().await())
                    .isInstanceOf(Persisted.Safe.class);
        });
    }
}
