package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.SimulatedNetwork;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStore.Read;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A node over the simulated network: what it does beyond the contract of a store.
class StorageNodeTest {
    private static final FleetId FLEET = new FleetId(new UUID(3, 4));
    private static final NodeId NODE = new NodeId("node");
    private static final NodeId CALLER = new NodeId("caller");
    private static final DiskId DISK = new DiskId(new UUID(1, 1));
    private static final DiskId OTHER_DISK = new DiskId(new UUID(1, 2));
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(16, 64 << 10, 512);
    private static final int SEEDS = 25;

    /// A simulation with a node and a caller.
    private static final class World {
        final Simulation simulation;
        final Tasks tasks;
        final SimulatedNetwork network;
        final StorageClient client;
        StorageNode node;

        World(Simulation simulation, NodeOptions options) {
            this.simulation = simulation;
            tasks = simulation.tasks();
            network = new SimulatedNetwork(simulation);
            client = client(CALLER);
            node = serve(options);
        }

        StorageClient client(NodeId caller) {
            return new StorageClient(network.as(caller), NODE, FLEET, tasks, simulation.clock(), ClientOptions.DEFAULT);
        }

        StorageNode serve(NodeOptions options) {
            node = new StorageNode(tasks, simulation.clock(), options);
            node.serve(network.as(NODE), FLEET);
            return node;
        }

        DiskFaults faults() {
            return new DiskFaults(tasks, simulation.clock(), simulation.random());
        }

        RemoteDisk disk() {
            return client.disk(DISK);
        }

        ShardStore engine(Disk disk, DiskId id) {
            var options = new Options(id.uuid(), true, 4096, 512, 2048, 32 << 10);
            var opened = DiskShardStore.open(disk, tasks, options);
            assertThat(opened).isInstanceOf(Opened.Ok.class);
            return ((Opened.Ok) opened).store();
        }
    }

    private static void inWorlds(NodeOptions options, Consumer<World> body) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> body.accept(new World(simulation, options)));
        }
    }

    private static void inWorlds(Consumer<World> body) {
        inWorlds(NodeOptions.DEFAULT, body);
    }

    private static ShardId shard(int copyset, int number) {
        return new ShardId(new BlockId(copyset, 1, number), 0);
    }

    private static Target target(int copyset, int number, long epoch) {
        return new Target(shard(copyset, number), epoch);
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.allocate(length);
    }

    @Test
    void shouldSayWhichDisksItHas() {
        inWorlds(world -> {
            assertThat(world.client.disks()).contains(List.of());
            assertThat(world.disk().put(target(0, 1, 0), bytes(10)).await())
                    .isEqualTo(new Written.NotDone("the node does not have the disk"));
            world.node.add(OTHER_DISK, new ModelShardStore(), List.of());
            world.node.add(DISK, new ModelShardStore(), List.of());
            assertThat(world.client.disks()).contains(List.of(DISK, OTHER_DISK));
            assertThat(world.disk().put(target(0, 1, 0), bytes(10)).await()).isEqualTo(new Written.Safe());
            assertThat(world.client.disk(OTHER_DISK).store(Epochs.FIRST).list(shard(0, 0), 10))
                    .isEmpty();
            assertThat(world.node.remove(DISK)).isTrue();
            assertThat(world.node.remove(DISK)).isFalse();
            assertThat(world.client.disks()).contains(List.of(OTHER_DISK));
            assertThat(world.disk()
                            .get(shard(0, 1), 0, bytes(10), Duration.ofSeconds(1))
                            .await())
                    .isInstanceOf(Read.Failed.class);
        });
    }

    @Test
    void shouldRefuseWhatIsNoRequest() {
        inWorlds(world -> {
            var connected = world.network
                    .as(CALLER)
                    .connect(NODE, ShardProtocol.terms(FLEET), Limits.DEFAULT, Duration.ofSeconds(1));
            var connection = ((Connected.Ok) connected).connection();
            var outcome = connection.call(new Message(new byte[] {99}), bytes(0), Duration.ofSeconds(1));
            assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        });
    }

    @Test
    void shouldRefuseWritesOfOlderEpochs() {
        inWorlds(world -> {
            world.node.add(DISK, new ModelShardStore(), List.of());
            var disk = world.disk();
            assertThat(disk.put(target(7, 1, 3), bytes(10)).await()).isEqualTo(new Written.Safe());
            assertThat(disk.fence(7, 5).await()).isEqualTo(new Written.Safe());
            var stale = new Written.Stale(7, 5);
            assertThat(disk.put(target(7, 2, 4), bytes(10)).await()).isEqualTo(stale);
            assertThat(disk.delete(target(7, 1, 4)).await()).isEqualTo(stale);
            assertThat(disk.deleteAll(List.of(target(8, 1, 0), target(7, 1, 4))).await())
                    .isEqualTo(stale);
            assertThat(disk.open(target(7, 3, 4)).append(bytes(10)).await()).contains(stale);
            assertThat(disk.store(_ -> 4)
                            .putAll(List.of(
                                    new ShardStore.Put(shard(8, 5), bytes(5)),
                                    new ShardStore.Put(shard(7, 5), bytes(5)))))
                    .isInstanceOf(ShardStore.Sealed.Fenced.class);
            // Neither a lower fence nor the same again changes anything.
            assertThat(disk.fence(7, 2).await()).isEqualTo(new Written.Safe());
            assertThat(disk.fence(7, 5).await()).isEqualTo(new Written.Safe());
            assertThat(disk.put(target(7, 2, 4), bytes(10)).await()).isEqualTo(stale);
            assertThat(disk.put(target(7, 2, 5), bytes(10)).await()).isEqualTo(new Written.Safe());
            assertThat(disk.put(target(8, 2, 0), bytes(10)).await()).isEqualTo(new Written.Safe());
            assertThat(disk.store(Epochs.FIRST).list(shard(0, 0), 10))
                    .containsExactly(shard(7, 1), shard(7, 2), shard(8, 2));
        });
    }

    @Test
    void shouldRememberFencesAcrossARestart() {
        inWorlds(world -> {
            var model = ModelShardStore.persistingOnFlush();
            world.node.add(DISK, model, List.of());
            for (long epoch = 1; epoch < 5; epoch++) {
                assertThat(world.disk().fence(7, epoch).await()).isEqualTo(new Written.Safe());
            }
            assertThat(world.disk().fence(9, 1).await()).isEqualTo(new Written.Safe());
            world.network.crash(NODE);
            world.serve(NodeOptions.DEFAULT).add(DISK, model.crash(), List.of());
            assertThat(world.disk().put(target(7, 1, 3), bytes(10)).await()).isEqualTo(new Written.Stale(7, 4));
            assertThat(world.disk().put(target(9, 1, 0), bytes(10)).await()).isEqualTo(new Written.Stale(9, 1));
            assertThat(world.disk().put(target(8, 1, 0), bytes(10)).await()).isEqualTo(new Written.Safe());
            assertThat(world.disk().store(Epochs.FIRST).list(shard(0, 0), 10)).containsExactly(shard(8, 1));
        });
    }

    @Test
    void shouldLetNothingOlderTakeEffectOnceAFenceIsAnswered() {
        inWorlds(world -> {
            var random = world.simulation.random();
            var engine = world.engine(new SimulatedDisk(GEOMETRY, world.tasks::yieldNow), DISK);
            Runnable pause = () -> world.tasks.sleep(Duration.ofMillis(random.nextInt(10)));
            world.node.add(DISK, new DelayedStore(engine, pause), List.of());
            var disk = world.disk();
            var writers = new ArrayList<Tasks.Task>();
            for (int number = 0; number < 6; number++) {
                int shard = number;
                writers.add(world.tasks.start("writer " + number, () -> {
                    if (shard % 2 == 0) {
                        disk.put(target(1, shard, 0), bytes(100)).await();
                    } else {
                        var stream = disk.open(target(1, shard, 0));
                        if (stream.append(bytes(100)).await().isEmpty()) {
                            stream.seal().await();
                        }
                    }
                }));
            }
            assertThat(disk.fence(1, 1).await()).isEqualTo(new Written.Safe());
            var then = disk.store(Epochs.FIRST).list(shard(0, 0), 100);
            writers.forEach(Tasks.Task::join);
            assertThat(disk.store(Epochs.FIRST).list(shard(0, 0), 100)).isEqualTo(then);
        });
    }

    @Test
    void shouldKeepItsOwnRecordsToItself() {
        inWorlds(world -> {
            world.node.add(DISK, new ModelShardStore(), List.of());
            var disk = world.disk();
            assertThat(disk.fence(7, 1).await()).isEqualTo(new Written.Safe());
            var own = new ShardId(new BlockId(Integer.MAX_VALUE, 8, 1), 0);
            var store = disk.store(Epochs.FIRST);
            assertThatThrownBy(() -> store.put(own, bytes(1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.delete(own)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.get(own, 0, bytes(1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.length(own)).isInstanceOf(IllegalArgumentException.class);
            assertThat(store.list(own, 10)).isEmpty();
        });
    }

    @Test
    void shouldDropTheStreamsOfWhoIsGone() {
        inWorlds(world -> {
            world.node.add(DISK, world.engine(new SimulatedDisk(GEOMETRY), DISK), List.of());
            var stream = world.disk().open(target(0, 1, 0));
            assertThat(stream.append(bytes(3000)).await()).isEmpty();
            assertThat(world.node.sessionCount(DISK)).isEqualTo(1);
            world.network.crash(CALLER);
            world.tasks.sleep(Duration.ofSeconds(1));
            assertThat(world.node.sessionCount(DISK)).isZero();
        });
    }

    @Test
    void shouldDropStreamsThatNobodyGoesOnWith() {
        inWorlds(world -> {
            world.node.add(DISK, world.engine(new SimulatedDisk(GEOMETRY), DISK), List.of());
            var idle = world.disk().open(target(0, 1, 0));
            var used = world.disk().open(target(0, 2, 0));
            assertThat(idle.append(bytes(100)).await()).isEmpty();
            for (int minute = 0; minute < 5; minute++) {
                assertThat(used.append(bytes(100)).await()).isEmpty();
                world.tasks.sleep(Duration.ofMinutes(1));
            }
            assertThat(world.node.sessionCount(DISK)).isEqualTo(1);
            assertThat(idle.append(bytes(100)).await()).isPresent();
            assertThat(used.seal().await()).isEqualTo(new Written.Safe());
            assertThat(world.node.sessionCount(DISK)).isZero();
        });
    }

    @Test
    void shouldEndAStreamThatIsNotWhereItsCallerThinks() {
        inWorlds(world -> {
            world.node.add(DISK, new ModelShardStore(), List.of());
            var disk = world.disk();
            var none = ByteBuffer.allocate(0);
            for (int session = 1; session <= 3; session++) {
                var opened = disk.call(new ShardRequest.Open(DISK, session, target(0, session, 0)), bytes(10));
                assertThat(opened).isEqualTo(new Reply.Told(new ShardAnswer.Taken()));
            }
            assertThat(disk.call(new ShardRequest.Open(DISK, 3, target(0, 4, 0)), bytes(10)))
                    .isInstanceOf(Reply.Told.class)
                    .isNotEqualTo(new Reply.Told(new ShardAnswer.Taken()));
            var over = List.of(
                    disk.call(new ShardRequest.Append(DISK, 1, 9), bytes(1)),
                    disk.call(new ShardRequest.Append(DISK, 1, 10), bytes(1)),
                    disk.call(new ShardRequest.Seal(DISK, 2, 11), none),
                    disk.call(new ShardRequest.Seal(DISK, 2, 10), none),
                    disk.call(new ShardRequest.Seal(DISK, 99, 10), none));
            assertThat(over).allMatch(reply -> reply instanceof Reply.Told(ShardAnswer.NoSession _));
            assertThat(disk.call(new ShardRequest.Seal(DISK, 3, 10), none))
                    .isEqualTo(new Reply.Told(new ShardAnswer.Done()));
            assertThat(disk.store(Epochs.FIRST).list(shard(0, 0), 10)).containsExactly(shard(0, 3));
            assertThat(world.node.sessionCount(DISK)).isZero();
        });
    }

    @Test
    void shouldBoundTheStreamsOfADisk() {
        var few = new NodeOptions(4, 4, 10, 2, Duration.ofMinutes(1));
        inWorlds(few, world -> {
            world.node.add(DISK, new ModelShardStore(), List.of());
            var first = world.disk().open(target(0, 1, 0));
            var second = world.disk().open(target(0, 2, 0));
            var third = world.disk().open(target(0, 3, 0));
            assertThat(first.append(bytes(1)).await()).isEmpty();
            assertThat(second.append(bytes(1)).await()).isEmpty();
            assertThat(third.append(bytes(1)).await()).containsInstanceOf(Written.NotDone.class);
            second.close();
            world.tasks.sleep(Duration.ofSeconds(1));
            assertThat(world.disk().open(target(0, 4, 0)).append(bytes(1)).await())
                    .isEmpty();
            assertThat(first.seal().await()).isEqualTo(new Written.Safe());
        });
    }

    @Test
    void shouldServeTheOtherDisksWhenOneIsStuck() {
        var narrow = new NodeOptions(2, 2, 4, 10, Duration.ofMinutes(1));
        inWorlds(narrow, world -> {
            var stuck = new FaultyDisk(new SimulatedDisk(GEOMETRY), world.faults());
            world.node.add(DISK, world.engine(stuck, DISK), List.of());
            world.node.add(OTHER_DISK, world.engine(new SimulatedDisk(GEOMETRY), OTHER_DISK), List.of());
            assertThat(world.disk().put(target(0, 1, 0), bytes(100)).await()).isEqualTo(new Written.Safe());
            stuck.faults().become(new DiskFault.Slow(1, Duration.ofHours(1)));
            var reads = new ArrayList<Pending<Read>>();
            for (int number = 0; number < 10; number++) {
                reads.add(world.disk().get(shard(0, 1), 0, bytes(100), Duration.ofSeconds(5)));
            }
            var other = world.client.disk(OTHER_DISK);
            assertThat(other.put(target(0, 1, 0), bytes(100)).await()).isEqualTo(new Written.Safe());
            assertThat(other.get(shard(0, 1), 0, bytes(100), Duration.ofSeconds(1))
                            .await())
                    .isEqualTo(new Read.Found());
            // The disk that is stuck can still be asked how it is: two reads are served, four wait, the rest was
            // refused.
            var health = world.disk().health().await().orElseThrow();
            assertThat(health.heat().inFlight()).isEqualTo(6);
            assertThat(world.simulation.clock().monotonicNanos())
                    .isLessThan(Duration.ofSeconds(5).toNanos());
            reads.forEach(read -> assertThat(read.await()).isInstanceOf(Read.Failed.class));
        });
    }

    @Test
    void shouldTakeNoMoreWritesOfADiskThatFailed() {
        inWorlds(world -> {
            world.node.add(DISK, new ModelShardStore(), List.of("a torn page"));
            var disk = world.disk();
            assertThat(disk.put(target(0, 1, 0), bytes(10)).await()).isEqualTo(new Written.Safe());
            var stream = disk.open(target(0, 2, 0));
            assertThat(stream.append(bytes(10)).await()).isEmpty();
            assertThat(disk.health().await().orElseThrow().takesWrites()).isTrue();
            assertThat(world.node.fail(DISK, "it smells")).isTrue();
            assertThat(world.node.fail(OTHER_DISK, "it smells")).isFalse();
            var fenced = new Written.Fenced("it smells");
            assertThat(disk.put(target(0, 3, 0), bytes(10)).await()).isEqualTo(fenced);
            assertThat(disk.delete(target(0, 1, 0)).await()).isEqualTo(fenced);
            assertThat(stream.seal().await()).isEqualTo(fenced);
            assertThat(disk.fence(0, 1).await()).isEqualTo(fenced);
            assertThat(disk.get(shard(0, 1), 0, bytes(10), Duration.ofSeconds(1))
                            .await())
                    .isEqualTo(new Read.Found());
            var health = disk.health().await().orElseThrow();
            assertThat(health.fenced()).isEqualTo("it smells");
            assertThat(health.damage()).containsExactly("a torn page");
        });
    }

    @Test
    void shouldSayThatTheEngineIsFenced() {
        inWorlds(world -> {
            var model = new ModelShardStore();
            world.node.add(DISK, model, List.of());
            model.fence("a flush failed");
            assertThat(world.disk().health().await().map(DiskHealth::fenced)).contains("a flush failed");
            assertThat(world.disk().put(target(0, 1, 0), bytes(1)).await())
                    .isEqualTo(new Written.Fenced("a flush failed"));
        });
    }

    @Test
    void shouldMeasureTheHeatOfEachDisk() {
        inWorlds(world -> {
            world.node.add(OTHER_DISK, new ModelShardStore(), List.of());
            var slow = new FaultyDisk(new SimulatedDisk(GEOMETRY), world.faults());
            world.node.add(DISK, world.engine(slow, DISK), List.of());
            assertThat(world.disk().put(target(0, 1, 0), bytes(1000)).await()).isEqualTo(new Written.Safe());
            slow.faults().become(new DiskFault.Slow(1, Duration.ofMillis(10)));
            for (int round = 0; round < 200; round++) {
                world.disk()
                        .get(shard(0, 1), 0, bytes(1000), Duration.ofSeconds(10))
                        .await();
                world.tasks.sleep(Duration.ofMillis(90));
            }
            world.disk().store(Epochs.FIRST).reclaim();
            var heat = world.node.heat();
            assertThat(heat.keySet()).containsExactly(DISK, OTHER_DISK);
            assertThat(heat.get(OTHER_DISK)).isEqualTo(DiskHeat.NONE);
            var disk = heat.getOrDefault(DISK, DiskHeat.NONE);
            assertThat(disk.inFlight()).isZero();
            assertThat(disk.writes().requests()).isEqualTo(1);
            assertThat(disk.writes().bytes()).isEqualTo(1000);
            assertThat(disk.reads().requests()).isEqualTo(200);
            assertThat(disk.reads().bytes()).isEqualTo(200_000);
            assertThat(disk.reads().perSecond()).isBetween(6.0, 10.0);
            assertThat(disk.reads().latencyNanos()).isBetween(9e6, 11e6);
            world.tasks.sleep(Duration.ofMinutes(2));
            assertThat(world.node
                            .heat()
                            .getOrDefault(DISK, DiskHeat.NONE)
                            .reads()
                            .perSecond())
                    .isLessThan(0.01);
        });
    }

    @Test
    void shouldShareAFlushAmongThoseThatWrite() {
        inWorlds(world -> {
            var disk = new SimulatedDisk(GEOMETRY, world.tasks::yieldNow);
            world.node.add(DISK, world.engine(disk, DISK), List.of());
            world.network.faults().latencyMicros(100, 100);
            long before = disk.calls();
            var writes = new ArrayList<Pending<Written>>();
            for (int number = 0; number < 40; number++) {
                writes.add(world.disk().put(target(0, number, 0), bytes(20)));
            }
            writes.forEach(write -> assertThat(write.await()).isEqualTo(new Written.Safe()));
            // Each group commit is a write and a flush.
            assertThat(disk.calls() - before).isLessThan(40);
        });
    }

    @Test
    void shouldNotSayThatAWriteDidNotHappenWhenItsAnswerWasLost() {
        inWorlds(world -> {
            world.node.add(DISK, new ModelShardStore(), List.of());
            assertThat(world.client.disks()).isPresent();
            world.network.faults().loseReplies(1000);
            assertThat(world.disk().put(target(0, 1, 0), bytes(1)).await()).isInstanceOf(Written.Unknown.class);
            world.network.faults().loseReplies(0);
            world.network.faults().separate(CALLER, NODE);
            assertThat(world.disk().put(target(0, 2, 0), bytes(1)).await()).isInstanceOf(Written.Unknown.class);
            var stranger = world.client(new NodeId("stranger"));
            world.network.faults().separate(new NodeId("stranger"), NODE);
            assertThat(stranger.disk(DISK).put(target(0, 3, 0), bytes(1)).await())
                    .isInstanceOf(Written.NotDone.class);
            world.network.faults().heal();
            assertThat(world.disk().store(Epochs.FIRST).list(shard(0, 0), 10)).containsExactly(shard(0, 1));
            assertThat(world.disk().store(Epochs.FIRST).length(shard(0, 1))).isEqualTo(Optional.of(1L));
        });
    }
}
