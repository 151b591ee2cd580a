package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Objects on several disks: any k shards serve a read, what is wrong is never sent, and what is acknowledged
/// is whole.
class CodedObjectsTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final Scheme RS = new Scheme.Rs(4, 2);
    private static final List<Scheme> SCHEMES =
            List.of(RS, new Scheme.Rs(3, 2), new Scheme.Rs(1, 1), new Scheme.Rs(5, 1), new Scheme.Copies(3));

    interface Story {
        void in(Simulation simulation, SimulatedFleet fleet, World world);
    }

    private static void forSeeds(int seeds, int disks, Scheme scheme, Story story) {
        World.forSeeds(seeds, simulation -> {
            var fleet = new SimulatedFleet(simulation, disks, scheme);
            var world = fleet.world(simulation);
            story.in(simulation, fleet, world);
            simulation.tasks().sleep(Duration.ofMinutes(10));
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
            assertThat(world.writing.available()).isEqualTo(world.writing.buffersMax());
        });
    }

    private static void assertReads(World world, Content content, byte[] bytes, int from, int to) {
        var result = world.read(content, from, to - from);
        assertThat(result.end()).isEqualTo(new DataReader.Step.End());
        assertThat(Arrays.equals(result.bytes(), Arrays.copyOfRange(bytes, from, to)))
                .as("bytes %s to %s of %s", from, to, bytes.length)
                .isTrue();
    }

    @Test
    void shouldGiveBackEveryRangeWhenSizesAreAroundABoundary() {
        int cell = 256 * KIB;
        for (var scheme : SCHEMES) {
            forSeeds(2, scheme.shards(), scheme, (simulation, fleet, world) -> {
                int stripe = scheme.dataShards() * cell;
                for (int size : new int[] {
                    8 * KIB + 1,
                    128 * KIB,
                    128 * KIB + 1,
                    cell,
                    cell + 1,
                    stripe - 1,
                    stripe,
                    stripe + 1,
                    stripe + 3,
                    2 * stripe + 12_345
                }) {
                    byte[] bytes = world.randomBytes(size);
                    Content content = world.store(bytes);
                    assertReads(world, content, bytes, 0, size);
                    for (int i = 0; i < 6; i++) {
                        int from = simulation.random().nextInt(size);
                        int to = from + 1 + simulation.random().nextInt(size - from);
                        assertReads(world, content, bytes, from, to);
                    }
                }
                assertThat(fleet.reports).isEmpty();
            });
        }
    }

    @Test
    void shouldReadWhicheverDisksAreGoneAsLongAsTheSchemeAllowsIt() {
        for (var scheme : SCHEMES) {
            forSeeds(1, scheme.shards(), scheme, (simulation, fleet, world) -> {
                byte[] large = world.randomBytes(2 * MIB + 77);
                byte[] small = world.randomBytes(100 * KIB);
                Content largeContent = world.store(large);
                Content smallContent = world.store(small);
                for (int gone = 0; gone < 1 << scheme.shards(); gone++) {
                    for (int i = 0; i < scheme.shards(); i++) {
                        fleet.setAbsent(i, (gone & 1 << i) != 0);
                    }
                    if (Integer.bitCount(gone) <= scheme.parityShards()) {
                        assertReads(world, largeContent, large, 0, large.length);
                        assertReads(world, largeContent, large, 300 * KIB, 301 * KIB);
                        assertReads(world, smallContent, small, 0, small.length);
                    } else if (Integer.bitCount(gone) == scheme.shards()) {
                        assertThat(world.read(largeContent, 0, 1).end())
                                .isInstanceOf(DataReader.Step.Unavailable.class);
                    }
                }
            });
        }
    }

    @Test
    void shouldReadAroundDisksThatFailAndReportNothingThatIsOnlyUnreadable() {
        forSeeds(10, 6, RS, (simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(3 * MIB);
            Content content = world.store(bytes);
            int first = simulation.random().nextInt(6);
            fleet.members.get(first).refusesReads = true;
            fleet.members.get((first + 1 + simulation.random().nextInt(5)) % 6).refusesReads = true;
            assertReads(world, content, bytes, 0, bytes.length);
            assertThat(fleet.reports).isEmpty();
        });
    }

    @Test
    void shouldReadAroundDisksThatReturnOtherBytesAndReportThem() {
        for (var scheme : SCHEMES) {
            forSeeds(10, scheme.shards(), scheme, (simulation, fleet, world) -> {
                byte[] bytes = world.randomBytes(3 * MIB + 5);
                Content content = world.store(bytes);
                int bad = simulation.random().nextInt(scheme.shards());
                fleet.members.get(bad).flipsBits = true;
                // A wrong parity shard can only be found out with another to spare.
                boolean away = scheme.parityShards() > 1;
                fleet.setAbsent((bad + 1) % scheme.shards(), away);
                boolean spare = !away && scheme.parityShards() > 1;
                var result = world.read(content, 0, bytes.length);
                assertThat(Arrays.equals(result.bytes(), Arrays.copyOf(bytes, result.bytes().length)))
                        .isTrue();
                if (spare || scheme instanceof Scheme.Copies) {
                    assertThat(result.end()).isEqualTo(new DataReader.Step.End());
                }
            });
        }
    }

    @Test
    void shouldReportTheShardThatIsWrong() {
        forSeeds(10, 6, RS, (simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(MIB);
            Content content = world.store(bytes);
            fleet.members.getFirst().flipsBits = true;
            for (int i = 0; i < 10; i++) {
                assertReads(world, content, bytes, 0, bytes.length);
            }
            // The first block begins at slot 0.
            assertThat(fleet.reports).containsExactly("0 has another end-to-end checksum");
        });
    }

    @Test
    void shouldFindOutWhichShardIsWrongWhenADataShardIsMissingToo() {
        forSeeds(10, 7, new Scheme.Rs(4, 3), (simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(MIB);
            Content content = world.store(bytes);
            fleet.setAbsent(0, true);
            fleet.members.get(4).flipsBits = true;
            // Any of the three that are left of parity may stand in.
            for (int i = 0; i < 30; i++) {
                assertReads(world, content, bytes, 0, bytes.length);
            }
            assertThat(fleet.reports).containsExactly("4 is not what the others say");
        });
    }

    @Test
    void shouldNeverHandOutAWrongByteWhenManyDisksReturnOthers() {
        for (var scheme : SCHEMES) {
            forSeeds(20, scheme.shards(), scheme, (simulation, fleet, world) -> {
                byte[] bytes = world.randomBytes(2_200_000);
                Content content = world.store(bytes);
                for (var member : fleet.members) {
                    member.flipsBits = simulation.random().nextInt(2) == 0;
                    member.refusesReads = simulation.random().nextInt(4) == 0;
                }
                int from = simulation.random().nextInt(300_000);
                var result = world.read(content, from, bytes.length - from);
                byte[] wanted = Arrays.copyOfRange(bytes, from, from + result.bytes().length);
                assertThat(Arrays.equals(result.bytes(), wanted)).isTrue();
                if (from + result.bytes().length < bytes.length) {
                    assertThat(result.end())
                            .isInstanceOfAny(DataReader.Step.Corrupt.class, DataReader.Step.Unavailable.class);
                }
            });
        }
    }

    @Test
    void shouldStoreSmallObjectsAsCopiesThatOneReadGives() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            Content content = world.store(world.randomBytes(128 * KIB));
            BlockRef ref = ((Content.Blocks) content).blocks().getFirst();
            assertThat(ref.scheme()).isEqualTo(BlockLayout.identity(new Scheme.Copies(3)));
            assertThat(fleet.shards()).isEqualTo(3);
            world.read(content, 0, 128 * KIB);
            assertThat(fleet.members.stream().mapToInt(member -> member.reads).sum())
                    .isEqualTo(1);
        });
    }

    @Test
    void shouldReadOnlyTheDiskThatHasTheRangeWhenAllAreWell() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            Content content = world.store(world.randomBytes(4 * MIB));
            world.read(content, MIB + 10, 100);
            assertThat(fleet.members.stream().filter(member -> member.reads > 0).count())
                    .isEqualTo(1);
        });
    }

    @Test
    void shouldNotWaitForASlowDiskWhenOthersCanStandIn() {
        for (var scheme : List.of(RS, new Scheme.Copies(3))) {
            forSeeds(5, scheme.shards(), scheme, (simulation, fleet, world) -> {
                byte[] bytes = world.randomBytes(3 * MIB);
                Content content = world.store(bytes);
                fleet.members.forEach(member -> member.delay = Duration.ofMillis(1));
                fleet.members.get(1).delay = Duration.ofSeconds(30);
                long began = simulation.clock().monotonicNanos();
                for (int i = 0; i < 20; i++) {
                    assertReads(world, content, bytes, 0, bytes.length);
                }
                long tookMillis = (simulation.clock().monotonicNanos() - began) / 1_000_000;
                // The first read waits for what is usual, which nobody knows yet; then the slow disk is steered around.
                assertThat(tookMillis).isLessThan(3_000);
                assertThat(world.path.hedging().hedges())
                        .isLessThanOrEqualTo(8 + world.path.hedging().reads() / 33);
            });
        }
    }

    @Test
    void shouldWriteElsewhereWhenADiskFailsDuringAWrite() {
        for (int failing = 1; failing <= 3; failing++) {
            int count = failing;
            forSeeds(10, 9, RS, (simulation, fleet, world) -> {
                byte[] bytes = world.randomBytes(5 * MIB + 3);
                Written written;
                try (var writer = world.data.writer("STANDARD", 5 * MIB)) {
                    writer.append(ByteBuffer.wrap(bytes, 0, 2 * MIB));
                    for (int i = 0; i < count; i++) {
                        fleet.members.get(i).store.fence("the disk broke");
                    }
                    writer.append(ByteBuffer.wrap(bytes, 2 * MIB, bytes.length - 2 * MIB));
                    written = writer.finish();
                }
                if (written instanceof Written.Failed) {
                    assertThat(count).isGreaterThan(RS.parityShards());
                } else {
                    var stored = (Written.Stored) written;
                    var blocks = ((Content.Blocks) stored.content()).blocks();
                    assertReads(world, stored.content(), bytes, 0, bytes.length);
                    assertThat(fleet.members.stream()
                                    .skip(count)
                                    .mapToInt(SimulatedFleet.Member::shards)
                                    .sum())
                            .as("each block is whole, and nothing is left of the first")
                            .isEqualTo(blocks.stream()
                                    .mapToInt(block -> Integer.bitCount(block.slots()))
                                    .sum());
                }
            });
        }
    }

    @Test
    void shouldKeepParityAndNarrowTheDataWhenDisksAreGone() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(3 * MIB);
            for (int gone = 0; gone < 6; gone++) {
                if (gone > 0) {
                    fleet.setAbsent(gone, true);
                }
                var written = world.write(bytes);
                if (gone > 3) {
                    assertThat(written).isInstanceOf(Written.Failed.class);
                    continue;
                }
                Content content = ((Written.Stored) written).content();
                var block = ((Content.Blocks) content).blocks().getFirst();
                assertThat(block.scheme()).isEqualTo(BlockLayout.identity(new Scheme.Rs(4 - gone, 2)));
                assertReads(world, content, bytes, 0, bytes.length);
            }
        });
    }

    @Test
    void shouldLeaveNothingWhenADiskIsFullOrTheWriteIsAborted() {
        forSeeds(3, 6, RS, (simulation, fleet, world) -> {
            try (var writer = world.data.writer("STANDARD", 5 * MIB)) {
                writer.append(ByteBuffer.wrap(world.randomBytes(3 * MIB)));
            }
            assertThat(fleet.shards()).isZero();
            fleet.members.forEach(member -> member.store.limit(MIB));
            assertThat(world.write(world.randomBytes(8 * MIB))).isEqualTo(new Written.Full());
            assertThat(fleet.shards()).isZero();
        });
    }

    @Test
    void shouldRemoveEveryShardWhenBlocksAreRemoved() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            for (int size : new int[] {100 * KIB, 3 * MIB}) {
                Content content = world.store(world.randomBytes(size));
                assertThat(fleet.shards()).isPositive();
                assertThat(world.data.remove(ObjectData.blocksOf(content))).isEqualTo(new Removal.Removed());
                assertThat(fleet.shards()).isZero();
            }
        });
    }

    @Test
    void shouldAskTheClientToComeAgainWhenMemoryForWritingIsShort() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            var held = world.writing.acquireAll(16, Duration.ofSeconds(1)).orElseThrow();
            assertThat(world.write(world.randomBytes(MIB))).isEqualTo(new Written.NoMemory());
            held.forEach(buffer -> buffer.release());
            assertThat(world.write(world.randomBytes(MIB))).isInstanceOf(Written.Stored.class);
        });
    }

    @Test
    void shouldBlameNoShardWhenThereIsNoMemoryToComputeWith() {
        forSeeds(1, 6, RS, (simulation, fleet, world) -> {
            Content content = world.store(world.randomBytes(2 * MIB));
            fleet.members.getFirst().refusesReads = true;
            // Enough for four shards, and not for the cell that is computed from them.
            var held = world.pool.acquireAll(4, Duration.ofSeconds(1)).orElseThrow();
            assertThat(world.read(content, 0, 100).end()).isEqualTo(new DataReader.Step.NoMemory());
            assertThat(fleet.reports).isEmpty();
            held.forEach(buffer -> buffer.release());
        });
    }

    @Test
    void shouldHoldTheSameForEveryBlockWhenAnObjectHasSeveral() {
        forSeeds(1, 5, new Scheme.Rs(3, 2), (simulation, fleet, world) -> {
            byte[] bytes = world.randomBytes(70 * MIB);
            Content content = world.store(bytes);
            var blocks = ((Content.Blocks) content).blocks();
            assertThat(blocks).hasSize(2);
            assertThat(blocks.getFirst().lengthBytes()).isEqualTo(85 * 3 * 256 * KIB);
            fleet.setAbsent(2, true);
            assertReads(world, content, bytes, 60 * MIB, 70 * MIB);
        });
    }
}
