package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Content;
import io.flywheel.shardstore.ModelShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Disks that work and do not hold what they acknowledged: emptied, restored from an old copy, taken for each
/// other, or with bytes that were meant for another place. The fleet believes the block's id and its checksums,
/// nothing else.
class LyingDisksTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final ShardId FIRST = new ShardId(new BlockId(0, 1, 0), 0);
    private static final List<Scheme> SCHEMES = List.of(new Scheme.Rs(4, 2), new Scheme.Rs(2, 2), new Scheme.Copies(3));

    private record Stored(byte[] bytes, Content content) {}

    interface Story {
        void in(Simulation simulation, SimulatedFleet fleet, World world);
    }

    private static void forSchemes(Story story) {
        for (var scheme : SCHEMES) {
            World.forSeeds(3, simulation -> {
                var fleet = new SimulatedFleet(simulation, scheme.shards(), scheme);
                story.in(simulation, fleet, fleet.world(simulation));
            });
        }
    }

    private static int spared(SimulatedFleet fleet) {
        return fleet.schemeOf("STANDARD").parityShards();
    }

    private static List<Stored> store(World world, int count) {
        var stored = new ArrayList<Stored>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = world.randomBytes(i % 2 == 0 ? 100 * KIB : 2 * MIB + i);
            stored.add(new Stored(bytes, world.store(bytes)));
        }
        return stored;
    }

    private static void assertReads(World world, List<Stored> objects) {
        for (var object : objects) {
            var result = world.read(object.content(), 0, object.bytes().length);
            assertThat(result.end()).isEqualTo(new DataReader.Step.End());
            assertThat(Arrays.equals(result.bytes(), object.bytes())).isTrue();
        }
    }

    /// A flush that was none, and then the power: what was acknowledged since is gone.
    @Test
    void shouldReadWhatSomeDisksLostAfterTheyHadAcknowledgedIt() {
        forSchemes((simulation, fleet, world) -> {
            var objects = new ArrayList<>(store(world, 4));
            int first = simulation.random().nextInt(fleet.members.size());
            var before = new ArrayList<ModelShardStore>();
            for (int i = 0; i < spared(fleet); i++) {
                before.add(fleet.members
                        .get((first + i) % fleet.members.size())
                        .store
                        .crash());
            }
            objects.addAll(store(world, 6));
            for (int i = 0; i < before.size(); i++) {
                fleet.exchange((first + i) % fleet.members.size(), before.get(i));
            }
            assertReads(world, objects);
            assertThat(fleet.reports).allMatch(report -> report.endsWith("is missing"));
        });
    }

    @Test
    void shouldMissNothingWhenADiskIsRestoredFromAnOldCopy() {
        forSchemes((simulation, fleet, world) -> {
            var removed = store(world, 4);
            int old = simulation.random().nextInt(fleet.members.size());
            var copy = fleet.members.get(old).store.crash();
            removed.forEach(object -> world.data.remove(ObjectData.blocksOf(object.content())));
            var objects = store(world, 4);
            fleet.exchange(old, copy);
            assertReads(world, objects);
            objects.addAll(store(world, 4));
            assertReads(world, objects);
            for (var object : removed) {
                var again = world.read(object.content(), 0, object.bytes().length);
                // Of copies one is enough: who still asks for the block gets what was in it, as before the removal.
                assertThat(again.bytes()).isEqualTo(Arrays.copyOf(object.bytes(), again.bytes().length));
            }
        });
    }

    @Test
    void shouldReadWhenTwoDisksAreTakenForEachOther() {
        World.forSeeds(5, simulation -> {
            var fleet = new SimulatedFleet(simulation, 6, new Scheme.Rs(4, 2));
            var world = fleet.world(simulation);
            var objects = store(world, 6);
            int one = simulation.random().nextInt(6);
            int other = (one + 1 + simulation.random().nextInt(5)) % 6;
            var store = fleet.members.get(one).store;
            fleet.exchange(one, fleet.members.get(other).store);
            fleet.exchange(other, store);
            // Of three copies two are elsewhere at most.
            assertReads(world, objects);
            assertReads(world, store(world, 4));
        });
    }

    /// The bytes of another object under a shard's name, with CRCs that hold: written to the wrong place by the
    /// engine or by what is below it.
    @Test
    void shouldReadAroundAShardThatHoldsWhatWasMeantForAnother() {
        forSchemes((simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(2 * MIB);
            var object = new Stored(bytes, world.store(bytes));
            var other = world.store(world.randomBytes(2 * MIB));
            int wrong = simulation.random().nextInt(fleet.members.size());
            var store = fleet.members.get(wrong).store;
            var shards = store.list(FIRST, 100);
            var meant = shards.stream()
                    .filter(shard -> ObjectData.blocksOf(other).contains(shard.block()))
                    .toList();
            for (var shard : shards) {
                if (ObjectData.blocksOf(object.content()).contains(shard.block())) {
                    var from = meant.getFirst();
                    var buffer = ByteBuffer.allocate(
                            Math.toIntExact(store.length(from).orElseThrow()));
                    store.get(from, 0, buffer);
                    store.put(shard, buffer.flip());
                }
            }
            for (int i = 0; i < 10; i++) {
                assertReads(world, List.of(object));
            }
        });
    }

    /// As one copyset has three copies of small objects, three of its disks that are emptied may take one along.
    @Test
    void shouldRefuseAndNeverInventWhatTooManyDisksLost() {
        forSchemes((simulation, fleet, world) -> {
            var objects = store(world, 6);
            var kept = new ArrayList<ModelShardStore>();
            for (int i = 0; i <= spared(fleet); i++) {
                kept.add(fleet.members.get(i).store);
                fleet.exchange(i, ModelShardStore.persistingOnFlush());
            }
            int refused = 0;
            for (var object : objects) {
                var result = world.read(object.content(), 0, object.bytes().length);
                if (result.end() instanceof DataReader.Step.End) {
                    assertThat(Arrays.equals(result.bytes(), object.bytes())).isTrue();
                } else {
                    assertThat(result.end()).isInstanceOf(DataReader.Step.Unavailable.class);
                    assertThat(result.bytes()).isEmpty();
                    refused++;
                }
            }
            assertThat(refused).isGreaterThanOrEqualTo(3);
            for (int i = 0; i < kept.size(); i++) {
                fleet.exchange(i, kept.get(i));
            }
            assertReads(world, objects);
        });
    }
}
