package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStoreContract;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The engine behind messages within one process, with real tasks.
class LoopbackShardStoreTest extends ShardStoreContract {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 4 << 20, 4096);
    private static final DiskId DISK = new DiskId(new UUID(1, 2));
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");

    private final ThreadTasks tasks = new ThreadTasks();
    private final SystemClock clock = new SystemClock();
    private final Loopback loopback = new Loopback(tasks, clock);
    private final StorageClient client =
            new StorageClient(loopback.as(new NodeId("caller")), NODE, FLEET, tasks, clock, ClientOptions.DEFAULT);
    private SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
    private Life life = start(true);

    private record Life(ShardStore engine, StorageNode node, Transport.Registration registration) {
        void end() {
            registration.close();
            node.close();
            engine.close();
        }
    }

    private Life start(boolean createsBlank) {
        var opened = DiskShardStore.open(disk, tasks, Options.of(DISK.uuid(), createsBlank, GEOMETRY));
        assertThat(opened).isInstanceOf(Opened.Ok.class);
        var ok = (Opened.Ok) opened;
        var node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
        node.add(DISK, ok.store(), List.of());
        return new Life(ok.store(), node, node.serve(loopback.as(NODE), FLEET));
    }

    @Override
    protected ShardStore create() {
        return client.disk(DISK).store(Epochs.FIRST);
    }

    @Override
    protected ShardStore reopen(ShardStore store) {
        store.close();
        life.end();
        disk = disk.crashDroppingUnflushed();
        life = start(false);
        return client.disk(DISK).store(Epochs.FIRST);
    }

    @AfterEach
    void end() {
        client.close();
        life.end();
    }

    @Test
    void shouldKeepTheReadsThatDoNotWait() {
        var store = create();
        persist(store.put(shard(1), value(5000, 1)));
        assertThat(store.get(shard(1), 0, ByteBuffer.allocate(5000))).isEqualTo(new ShardStore.Read.Found());
        assertThat(store.locate(shard(1))).isPresent();
        life.node().remove(DISK);
        assertThat(store.locate(shard(1))).isEmpty();
    }

    @Test
    void shouldServeManyAtOnce() {
        var remote = client.disk(DISK);
        var callers = new ArrayList<Tasks.Task>();
        for (int caller = 0; caller < 48; caller++) {
            int first = caller * 100;
            callers.add(tasks.start("caller " + caller, () -> {
                var store = remote.store(Epochs.FIRST);
                for (int number = first; number < first + 20; number++) {
                    if (number % 2 == 0) {
                        persist(store.put(shard(number), value(700, number)));
                    } else {
                        var target = new ShardRequest.Target(shard(number), 0);
                        assertThat(remote.put(target, value(700, number)).await())
                                .isEqualTo(new Written.Safe());
                    }
                    var destination = ByteBuffer.allocate(700);
                    assertThat(remote.get(shard(number), 0, destination, Duration.ofMinutes(1))
                                    .await())
                            .isEqualTo(new ShardStore.Read.Found());
                    assertThat(destination.flip()).isEqualTo(value(700, number));
                    if (number % 5 == 0) {
                        assertThat(remote.fence(1000, number).await()).isEqualTo(new Written.Safe());
                    }
                }
            }));
        }
        callers.forEach(Tasks.Task::join);
        assertThat(create().list(shard(0), 10_000)).hasSize(48 * 20);
        assertThat(life.node().heat().get(DISK)).extracting(DiskHeat::inFlight).isEqualTo(0);
    }
}
