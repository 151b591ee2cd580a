package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A shard that is made anew is the one that was lost, or is not written.
class ShardRebuildTest {
    private static final int KIB = 1 << 10;
    private static final List<Scheme> SCHEMES =
            List.of(new Scheme.Rs(4, 2), new Scheme.Rs(3, 2), new Scheme.Rs(1, 1), new Scheme.Copies(3));

    private interface Story {
        void in(Simulation simulation, SimulatedFleet fleet, World world, List<BlockRef> blocks);
    }

    /// Plays the story for objects of several sizes in each scheme.
    private static void forBlocks(Story story) {
        for (var scheme : SCHEMES) {
            for (int size : new int[] {9 * KIB, 129 * KIB, 1024 * KIB, 2500 * KIB + 7}) {
                World.forSeeds(2, simulation -> {
                    var fleet = new SimulatedFleet(simulation, scheme.shards(), scheme);
                    var world = fleet.world(simulation);
                    var content = (Content.Blocks) world.store(world.randomBytes(size));
                    story.in(simulation, fleet, world, content.blocks());
                    assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
                    assertThat(world.writing.available()).isEqualTo(world.writing.buffersMax());
                });
            }
        }
    }

    private static Optional<byte[]> shard(SimulatedFleet fleet, BlockRef block, int slot) {
        var store = fleet.members.get(slot).store;
        var id = new ShardId(block.id(), slot);
        return store.length(id).map(length -> {
            var bytes = ByteBuffer.allocate(Math.toIntExact(length));
            assertThat(store.get(id, 0, bytes)).isEqualTo(new ShardStore.Read.Found());
            return bytes.array();
        });
    }

    private static ShardRebuild.Rebuilt rebuild(World world, SimulatedFleet fleet, BlockRef block, int slot) {
        var member = fleet.members.get(slot);
        return new ShardRebuild(world.path).rebuild(block, slot, member.disk.id(), member.store);
    }

    @Test
    void shouldMakeTheSameShardAgainWhenItIsLost() {
        forBlocks((simulation, fleet, world, blocks) -> {
            for (var block : blocks) {
                for (int slot = 0; slot < fleet.members.size(); slot++) {
                    var before = shard(fleet, block, slot);
                    fleet.members.get(slot).store.delete(new ShardId(block.id(), slot));
                    var outcome = rebuild(world, fleet, block, slot);
                    if (ShardRebuild.hasShard(block, slot)) {
                        long bytes = before.orElseThrow().length;
                        assertThat(outcome).isEqualTo(new ShardRebuild.Rebuilt.Stored(bytes));
                        assertThat(ShardRebuild.shardBytes(block)).isEqualTo(bytes);
                        assertThat(shard(fleet, block, slot).orElseThrow()).isEqualTo(before.orElseThrow());
                    } else {
                        assertThat(outcome).isEqualTo(new ShardRebuild.Rebuilt.NotThere());
                    }
                }
            }
        });
    }

    @Test
    void shouldTakeOtherShardsWhenSomeAreWrongAndNoneWhenTooManyAre() {
        forBlocks((simulation, fleet, world, blocks) -> {
            var block = blocks.getFirst();
            int slot = Integer.numberOfTrailingZeros(block.slots());
            var before = shard(fleet, block, slot).orElseThrow();
            var store = fleet.members.get(slot).store;
            store.delete(new ShardId(block.id(), slot));
            int parity = fleet.schemeOf("STANDARD").parityShards();
            for (int bad = 1; bad <= Integer.bitCount(block.slots()) - 1; bad++) {
                slotOf(block, fleet, bad).flipsBits = true;
                var outcome = rebuild(world, fleet, block, slot);
                if (outcome instanceof ShardRebuild.Rebuilt.Stored) {
                    assertThat(shard(fleet, block, slot).orElseThrow()).isEqualTo(before);
                    store.delete(new ShardId(block.id(), slot));
                } else {
                    // A flipped bit may lie in the fill of a last cell, where it does no harm; one that can be
                    // left out does none either.
                    assertThat(bad).isGreaterThan(parity - 2);
                    assertThat(shard(fleet, block, slot)).isEmpty();
                }
            }
        });
    }

    private static SimulatedFleet.Member slotOf(BlockRef block, SimulatedFleet fleet, int index) {
        int mask = block.slots();
        for (int i = 0; i < index; i++) {
            mask &= mask - 1;
        }
        return fleet.members.get(Integer.numberOfTrailingZeros(mask));
    }

    @Test
    void shouldSayWhyWhenTheDiskDoesNotTakeIt() {
        forBlocks((simulation, fleet, world, blocks) -> {
            var block = blocks.getFirst();
            int slot = Integer.numberOfTrailingZeros(block.slots());
            var store = fleet.members.get(slot).store;
            store.delete(new ShardId(block.id(), slot));
            store.limit(10);
            assertThat(rebuild(world, fleet, block, slot)).isEqualTo(new ShardRebuild.Rebuilt.Full());
            store.fence("it broke");
            assertThat(rebuild(world, fleet, block, slot)).isInstanceOf(ShardRebuild.Rebuilt.Refused.class);
            assertThat(shard(fleet, block, slot)).isEmpty();
        });
    }
}
