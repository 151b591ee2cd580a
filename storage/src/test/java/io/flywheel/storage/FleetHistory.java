package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.NodeId;
import io.flywheel.base.Random;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.SimulatedNetwork;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// One random history: callers write, read, remove and fence on one disk of a node, over a network that loses
/// messages and splits, while the node crashes with its disk and starts again. Everything follows from the seed.
final class FleetHistory {
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final DiskId DISK = new DiskId(new UUID(1, 1));
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 32 << 10, 512);
    private static final int CALLERS = 3;
    private static final int COPYSETS = 2;
    private static final List<Schedule> SCHEDULES =
            List.of(new Schedule.Uniform(), new Schedule.Seldom(5), new Schedule.Priorities(3, 2000));

    private final Simulation simulation;
    private final Tasks tasks;
    private final Random random;
    private final SimulatedNetwork network;
    private final Ledger ledger = new Ledger();
    private final int operations;
    private SimulatedDisk disk;
    private int keys;
    private final boolean isSlowDisk;
    private int crashes;

    FleetHistory(long seed, int operations) {
        simulation = new Simulation(seed, SCHEDULES.get((int) (seed % SCHEDULES.size())));
        simulation.limitPoints(3_000_000);
        tasks = simulation.tasks();
        random = new SeededRandom(seed * 31);
        isSlowDisk = random.nextInt(4) > 0;
        network = new SimulatedNetwork(simulation);
        disk = new SimulatedDisk(GEOMETRY, this::passTimeAtTheDisk);
        this.operations = operations;
    }

    /// What happened, for who wants to know that something does.
    record Summary(int safe, int unknown, int found, int stale, int crashes, long lost) {}

    Summary run() {
        return simulation.run(() -> {
            start(true);
            var callers = new ArrayList<Tasks.Task>();
            for (int number = 0; number < CALLERS; number++) {
                var name = new NodeId("caller " + number);
                callers.add(tasks.start(name.name(), () -> call(name)));
            }
            var weather = tasks.start("weather", this::weather);
            callers.forEach(Tasks.Task::join);
            weather.cancel();
            weather.join();
            calm();
            crash();
            ledger.compareAtTheEnd(client(new NodeId("auditor")).disk(DISK).store(Epochs.FIRST));
            return ledger.summary(crashes, network.faults().lost());
        });
    }

    /// Between two calls of a disk, long enough for crashes and messages to fall between a write and its flush.
    private void passTimeAtTheDisk() {
        if (isSlowDisk && random.nextInt(3) == 0) {
            tasks.sleep(Duration.ofNanos(1000L * (1 + random.nextInt(3000))));
        } else {
            tasks.yieldNow();
        }
    }

    private void passTimeBeforeAWrite() {
        if (isSlowDisk && random.nextInt(4) == 0) {
            tasks.sleep(Duration.ofMillis(random.nextInt(10)));
        }
    }

    private void start(boolean createsBlank) {
        var options = new Options(DISK.uuid(), createsBlank, 4096, 512, 2048, 16 << 10);
        var opened = DiskShardStore.open(disk, tasks, options);
        assertThat(opened).isInstanceOf(Opened.Ok.class);
        var started = new StorageNode(tasks, simulation.clock(), new NodeOptions(2, 2, 16, 4, Duration.ofSeconds(30)));
        started.add(DISK, new DelayedStore(((Opened.Ok) opened).store(), this::passTimeBeforeAWrite), List.of());
        started.serve(network.as(NODE), FLEET);
    }

    private void crash() {
        crashes++;
        network.crash(NODE);
        disk = disk.crash(random);
        start(false);
    }

    private StorageClient client(NodeId name) {
        var options = new ClientOptions(
                new Limits(4, 20_000),
                Duration.ofSeconds(1),
                Duration.ofMillis(10),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
        return new StorageClient(network.as(name), NODE, FLEET, tasks, simulation.clock(), options);
    }

    /// Changes what the network and the node do to the callers, now and then.
    private void weather() {
        network.faults().loseRequests(random.nextInt(3) * 40);
        network.faults().loseReplies(random.nextInt(3) * 40);
        while (true) {
            tasks.sleep(Duration.ofMillis(1 + random.nextInt(30)));
            switch (random.nextInt(7)) {
                case 0, 1 -> crash();
                case 2 -> network.faults().separate(NODE, new NodeId("caller " + random.nextInt(CALLERS)));
                case 3 -> network.faults().slow(NODE, 1 + random.nextInt(20));
                case 4 -> network.crash(new NodeId("caller " + random.nextInt(CALLERS)));
                default -> network.faults().heal();
            }
        }
    }

    private void calm() {
        network.faults().heal();
        network.faults().slow(NODE, 1);
        network.faults().loseRequests(0);
        network.faults().loseReplies(0);
    }

    private void call(NodeId name) {
        var remote = client(name).disk(DISK);
        for (int operation = 0; operation < operations; operation++) {
            switch (random.nextInt(12)) {
                case 0, 1 -> put(remote);
                case 2 -> putSeveral(remote);
                case 3, 4 -> stream(remote);
                case 5 -> remove(remote);
                case 6 -> fence(remote);
                case 7 -> tasks.sleep(Duration.ofMillis(random.nextInt(20)));
                default -> get(remote);
            }
        }
    }

    /// Mostly the epoch that the ledger knows of, sometimes the one before.
    private long epoch(int copyset) {
        return Math.max(0, ledger.fenced(copyset) - (random.nextInt(3) == 0 ? 1 : 0));
    }

    private Target newTarget(int bytes) {
        int key = keys++;
        var shard = new ShardId(new BlockId(key % COPYSETS, 1, key), 0);
        var target = new Target(shard, epoch(shard.block().copyset()));
        ledger.begin(target, bytes);
        return target;
    }

    private void put(RemoteDisk remote) {
        var target = newTarget(1 + random.nextInt(3000));
        if (random.nextInt(2) == 0) {
            ledger.end(target, remote.put(target, ledger.value(target.shard())).await());
        } else {
            var store = remote.store(_ -> target.epoch());
            ledger.end(target, store.put(target.shard(), ledger.value(target.shard())));
        }
    }

    /// Several at once: sent one after the other, then awaited.
    private void putSeveral(RemoteDisk remote) {
        var targets = new ArrayList<Target>();
        var writes = new ArrayList<Pending<Written>>();
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            var target = newTarget(1 + random.nextInt(500));
            targets.add(target);
            writes.add(remote.put(target, ledger.value(target.shard())));
        }
        for (int index = 0; index < writes.size(); index++) {
            ledger.end(targets.get(index), writes.get(index).await());
        }
    }

    private void stream(RemoteDisk remote) {
        var target = newTarget(2 + random.nextInt(4000));
        var value = ledger.value(target.shard());
        if (random.nextInt(2) == 0) {
            try (var writer = remote.store(_ -> target.epoch()).open(target.shard())) {
                writer.append(value);
                ledger.end(target, writer.seal());
            }
            return;
        }
        try (var stream = remote.open(target)) {
            int step = 1 + random.nextInt(2000);
            while (value.hasRemaining()) {
                var piece = value.slice(value.position(), Math.min(step, value.remaining()));
                value.position(value.position() + piece.remaining());
                if (stream.append(piece).await().isPresent()) {
                    ledger.end(target, new Written.NotDone("given up"));
                    return;
                }
            }
            ledger.end(target, stream.seal().await());
        }
    }

    private void remove(RemoteDisk remote) {
        if (keys == 0) {
            return;
        }
        var shard = ledger.shard(random.nextInt(keys));
        var target = new Target(shard, epoch(shard.block().copyset()));
        boolean isForSure = ledger.beginRemoval(shard);
        ledger.endRemoval(shard, isForSure, remote.delete(target).await());
    }

    private void get(RemoteDisk remote) {
        if (keys == 0) {
            return;
        }
        var shard = ledger.shard(random.nextInt(keys));
        int length = ledger.value(shard).remaining();
        int from = random.nextInt(length);
        var destination = ByteBuffer.allocate(1 + random.nextInt(length - from));
        var before = ledger.sight(shard);
        var read = remote.get(shard, from, destination, Duration.ofMillis(500)).await();
        ledger.saw(shard, before, read, from, destination);
    }

    private void fence(RemoteDisk remote) {
        int copyset = random.nextInt(COPYSETS);
        long epoch = ledger.raise(copyset);
        if (!remote.fence(copyset, epoch).await().isSafe()) {
            return;
        }
        ledger.fencedAt(copyset, epoch);
        try {
            ledger.listed(copyset, epoch, remote.store(Epochs.FIRST).list(Ledger.first(copyset), 1000));
        } catch (IndexUnreadable unknown) {
            // The node did not answer.
        }
    }
}
