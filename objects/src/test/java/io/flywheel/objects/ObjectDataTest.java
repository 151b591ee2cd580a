package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.UploadId;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ObjectDataTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    @Test
    void shouldGiveBackEveryRangeWhenSizesAreAroundABoundary() {
        World.forSeeds(3, simulation -> {
            var world = new World(simulation);
            int inline = ObjectData.INLINE_BYTES_MAX;
            int piece = 256 * KIB;
            for (int size : new int[] {
                0, 1, inline - 1, inline, inline + 1, piece - 1, piece, piece + 1, 2 * piece, 5 * piece + 12_345
            }) {
                byte[] bytes = world.randomBytes(size);
                Content content = world.store(bytes);
                assertThat(content instanceof Content.Inline).isEqualTo(size <= inline);
                assertReads(world, content, bytes, 0, size);
                for (int i = 0; i < 10; i++) {
                    int from = simulation.random().nextInt(size + 1);
                    assertReads(
                            world,
                            content,
                            bytes,
                            from,
                            from + simulation.random().nextInt(size - from + 1));
                }
                assertReads(world, content, bytes, size, size);
            }
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
        });
    }

    @Test
    void shouldCutIntoBlocksWhenAnObjectIsLargerThanOne() {
        World.forSeeds(1, simulation -> {
            for (int size : new int[] {64 * MIB - 1, 64 * MIB, 64 * MIB + 1}) {
                var world = new World(simulation);
                byte[] bytes = world.randomBytes(size);
                Content content = world.store(bytes);
                List<BlockRef> blocks = ((Content.Blocks) content).blocks();
                assertThat(blocks).hasSize(size > 64 * MIB ? 2 : 1);
                assertThat(blocks.getFirst().lengthBytes()).isEqualTo(Math.min(size, 64 * MIB));
                assertThat(blocks.getFirst().pieceCrcs()).hasSize(256);
                assertReads(world, content, bytes, 64 * MIB - 300_000, size);
                assertReads(world, content, bytes, size - 1, size);
                assertReads(world, content, bytes, 0, 1);
            }
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
    void shouldLeaveTheDiskAloneWhenAnObjectIsTiny() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            world.store(world.randomBytes(ObjectData.INLINE_BYTES_MAX));
            assertThat(world.shards()).isEmpty();
        });
    }

    @Test
    void shouldSurviveACrashWhenTheWriteHasFinished() {
        World.forSeeds(5, simulation -> {
            var store = ModelShardStore.persistingOnFlush();
            var world = new World(simulation, store);
            byte[] bytes = world.randomBytes(700 * KIB);
            Content content = world.store(bytes);
            var restarted = new World(simulation, store.crash(), world.namespace);
            assertReads(restarted, content, bytes, 0, bytes.length);
        });
    }

    @Test
    void shouldNeverHandOutAWrongByteWhenTheDiskReturnsOthers() {
        World.forSeeds(60, simulation -> {
            var random = simulation.random();
            var store = new FaultyShardStore(new ModelShardStore(), (read, destination) -> {
                int from = destination.position();
                var result = read.get();
                if (random.nextInt(3) == 0) {
                    int at = from + random.nextInt(destination.limit() - from);
                    destination.put(at, (byte) (destination.get(at) ^ (1 << random.nextInt(8))));
                }
                return result;
            });
            var world = new World(simulation, store);
            byte[] bytes = world.randomBytes(1_200_000);
            Content content = world.store(bytes);
            int from = random.nextInt(300_000);
            var result = world.read(content, from, bytes.length - from);
            byte[] wanted = Arrays.copyOfRange(bytes, from, from + result.bytes().length);
            assertThat(Arrays.equals(result.bytes(), wanted)).isTrue();
            if (from + result.bytes().length < bytes.length) {
                assertThat(result.end()).isInstanceOf(DataReader.Step.Corrupt.class);
            }
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
        });
    }

    @Test
    void shouldSayWhyWhenABlockCannotBeRead() {
        World.forSeeds(1, simulation -> {
            var faults = new ArrayList<ShardStore.Read>(List.of(
                    new ShardStore.Read.Failed("no disk"),
                    new ShardStore.Read.Corrupt("extent 3"),
                    new ShardStore.Read.Missing()));
            // Each is seen twice: when the piece is not at hand, and when the store is asked why.
            var seen = new AtomicInteger();
            var world = new World(
                    simulation,
                    new FaultyShardStore(
                            new ModelShardStore(), (read, bytes) -> faults.get(seen.getAndIncrement() / 2)));
            Content content = world.store(world.randomBytes(100_000));
            assertThat(world.read(content, 0, 100_000).end()).isInstanceOf(DataReader.Step.Unavailable.class);
            assertThat(world.read(content, 0, 100_000).end()).isInstanceOf(DataReader.Step.Corrupt.class);
            assertThat(world.read(content, 0, 100_000).end()).isInstanceOf(DataReader.Step.Unavailable.class);
        });
    }

    @Test
    void shouldGoOnWithoutWaitingWhileTheBytesAreAtHand() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation, new FaultyShardStore(new ModelShardStore(), (read, bytes) -> read.get()));
            byte[] bytes = world.randomBytes(3 * BufferPool.PIECE_BYTES + 17);
            Content content = world.store(bytes);
            try (var reader = world.data.reader(content, 0, bytes.length)) {
                // Nothing is known of the block yet.
                assertThat(reader.poll()).isEmpty();
                assertPiece((DataReader.Step.Piece) reader.next(), bytes, 0);
                for (int piece = 1; piece < 4; piece++) {
                    assertPiece(reader.poll().orElseThrow(), bytes, piece);
                }
                assertThat(reader.poll()).isEmpty();
                assertThat(reader.next()).isEqualTo(new DataReader.Step.End());
                assertThat(reader.poll()).isEmpty();
            }
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
        });
    }

    private static void assertPiece(DataReader.Step.Piece piece, byte[] bytes, int index) {
        int from = index * BufferPool.PIECE_BYTES;
        var wanted = ByteBuffer.wrap(bytes, from, Math.min(BufferPool.PIECE_BYTES, bytes.length - from));
        assertThat(piece.bytes()).isEqualTo(wanted);
        piece.release().run();
    }

    @Test
    void shouldNotWaitForMemoryWhereNobodyMayWait() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation, new FaultyShardStore(new ModelShardStore(), (read, bytes) -> read.get()));
            Content content = world.store(world.randomBytes(2 * BufferPool.PIECE_BYTES));
            try (var reader = world.data.reader(content, 0, 2 * BufferPool.PIECE_BYTES)) {
                var first = (DataReader.Step.Piece) reader.next();
                while (world.pool.available() > 0) {
                    assertThat(world.pool.tryAcquire()).isPresent();
                }
                assertThat(reader.poll()).isEmpty();
                first.release().run();
                assertThat(reader.poll()).isPresent();
            }
        });
    }

    @Test
    void shouldLeaveNothingWhenTheDiskIsFull() {
        World.forSeeds(1, simulation -> {
            var store = new ModelShardStore();
            var world = new World(simulation, store);
            store.limit(65L * MIB);
            assertThat(world.write(world.randomBytes(66 * MIB))).isEqualTo(new Written.Full());
            assertThat(world.shards()).isEmpty();
            assertThat(world.write(world.randomBytes(MIB))).isInstanceOf(Written.Stored.class);
        });
    }

    @Test
    void shouldFailWhenTheDiskIsFenced() {
        World.forSeeds(1, simulation -> {
            var store = new ModelShardStore();
            var world = new World(simulation, store);
            store.fence("a flush failed");
            assertThat(world.write(world.randomBytes(MIB)))
                    .isInstanceOfSatisfying(
                            Written.Failed.class,
                            failed -> assertThat(failed.reason()).contains("a flush failed"));
        });
    }

    @Test
    void shouldLeaveNothingWhenAWriteIsAborted() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            for (int size : new int[] {0, 100, 100_000, 65 * MIB}) {
                try (var writer = world.data.writer("STANDARD", size)) {
                    assertThat(writer.append(ByteBuffer.wrap(world.randomBytes(size))))
                            .isTrue();
                }
                assertThat(world.shards()).isEmpty();
            }
        });
    }

    @Test
    void shouldLeaveNothingWhenARefusedWriteIsDiscarded() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            Content content = world.store(world.randomBytes(MIB));
            assertThat(world.shards()).hasSize(1);
            world.data.discard(content);
            assertThat(world.shards()).isEmpty();
            assertThat(world.read(content, 0, 1).end()).isInstanceOf(DataReader.Step.Unavailable.class);
        });
    }

    @Test
    void shouldRefuseToOpenWhenTheNamespaceIsOlderThanTheDisk() {
        World.forSeeds(1, simulation -> {
            var store = new ModelShardStore();
            var world = new World(simulation, store);
            new World(simulation, store, world.namespace).store(world.randomBytes(MIB));
            var older = new ModelNamespace(simulation.tasks());
            var lease =
                    (WriteLease.Opened.Lease) WriteLease.open(older, simulation.clock(), simulation.random(), "server");
            var opened = ObjectData.open(older, world.path, lease.lease());
            assertThat(opened).isInstanceOf(ObjectData.Opened.Refused.class);
        });
    }

    @Test
    void shouldReadAcrossPartsWhenTheObjectWasUploadedInParts() {
        World.forSeeds(3, simulation -> {
            var world = new World(simulation);
            byte[] bytes = world.randomBytes(5 * MIB + 6 * MIB + 100);
            Content content = upload(world, bytes, 5 * MIB, 11 * MIB, bytes.length);
            assertReads(world, content, bytes, 0, bytes.length);
            for (int i = 0; i < 5; i++) {
                int from = simulation.random().nextInt(bytes.length);
                assertReads(
                        world, content, bytes, from, from + simulation.random().nextInt(bytes.length - from));
            }
            assertReads(world, content, bytes, 5 * MIB - 1, 5 * MIB + 1);
            assertReads(world, content, bytes, 11 * MIB, bytes.length);
        });
    }

    private static Content upload(World world, byte[] bytes, int... ends) {
        var id = new UploadId(1, 2);
        var key = Bytes.utf8("key");
        var none = Optional.<Bytes>empty();
        world.namespace.apply(new Command.CreateUpload(
                world.stamp(),
                "bucket",
                key,
                id,
                World.NO_ATTRIBUTES,
                Optional.empty(),
                ObjectChecksum.Type.FULL_OBJECT));
        var listed = new ArrayList<Command.CompleteUpload.ListedPart>();
        int from = 0;
        for (int end : ends) {
            // Part numbers may have gaps.
            int number = 1 + 3 * listed.size();
            String etag = "%032x".formatted(number);
            Content content = world.store(Arrays.copyOfRange(bytes, from, end));
            var part = new Part(number, end - from, etag, none, 0, content);
            world.namespace.apply(new Command.PutPart(world.stamp(), "bucket", key, id, world.data.writeLease(), part));
            listed.add(new Command.CompleteUpload.ListedPart(number, etag, none));
            from = end;
        }
        var outcome = world.namespace.apply(new Command.CompleteUpload(
                world.stamp(), "bucket", key, id, listed, 7, Condition.NONE, none, Optional.empty()));
        return ((Outcome.ObjectPut) outcome).version().content();
    }

    @Test
    void shouldHoldDeletionsBackWhileAnEarlierReadIsActive() {
        World.forSeeds(20, simulation -> {
            var world = new World(simulation);
            world.commit("key", world.store(world.randomBytes(MIB)), MIB);
            var early = world.data.lease();
            long before = world.namespace.position();
            world.commit("key", world.store(world.randomBytes(MIB)), MIB);
            long queued = world.namespace.deletions(0, 10).getFirst().position();
            var late = world.data.lease();
            assertThat(queued).isGreaterThan(before);
            assertThat(world.data.readHorizon()).isEqualTo(before);
            early.close();
            early.close();
            assertThat(world.data.readHorizon()).isGreaterThanOrEqualTo(queued);
            late.close();
            assertThat(world.data.readHorizon()).isEqualTo(world.namespace.position());
        });
    }

    @Test
    void shouldForgetAReadWhenItTookLongerThanTheBound() {
        World.forSeeds(1, simulation -> {
            var world = new World(simulation);
            var stuck = world.data.lease();
            simulation.tasks().sleep(Duration.ofMinutes(40));
            var younger = world.data.lease();
            world.commit("key", new Content.Inline(Bytes.EMPTY), 0);
            simulation.tasks().sleep(Duration.ofMinutes(21));
            assertThat(world.data.readHorizon()).isLessThan(world.namespace.position());
            younger.close();
            assertThat(world.data.readHorizon()).isEqualTo(world.namespace.position());
            stuck.close();
        });
    }

    @Test
    void shouldGiveEveryBufferBackWhenReadersStopAnywhere() {
        World.forSeeds(60, simulation -> {
            var world = new World(simulation);
            Content content = world.store(world.randomBytes(2 * MIB));
            var readers = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 4; i++) {
                readers.add(simulation.tasks().start("reader", () -> {
                    try (var reader = world.data.reader(content, 0, 2 * MIB)) {
                        for (int n = simulation.random().nextInt(9); n > 0; n--) {
                            if (reader.next() instanceof DataReader.Step.Piece(var _, var release)) {
                                try {
                                    simulation.tasks().yieldNow();
                                } finally {
                                    release.run();
                                }
                            }
                        }
                    }
                }));
                if (simulation.random().nextInt(3) == 0) {
                    readers.getLast().cancel();
                }
            }
            readers.forEach(Tasks.Task::join);
            simulation.tasks().sleep(Duration.ofMinutes(1));
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
        });
    }

    @Test
    void shouldSayThatMemoryIsShortWhenNobodyGivesAnyBack() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var world = new World(simulation);
            Content content = world.store(world.randomBytes(100_000));
            for (int i = 0; i < world.pool.buffersMax(); i++) {
                assertThat(world.pool.tryAcquire()).isPresent();
            }
            long began = simulation.clock().monotonicNanos();
            assertThat(world.read(content, 0, 100_000).end()).isInstanceOf(DataReader.Step.NoMemory.class);
            assertThat(Duration.ofNanos(simulation.clock().monotonicNanos() - began))
                    .isLessThanOrEqualTo(Duration.ofSeconds(3));
        });
    }

    /// Whoever has a part of an object already is not cut off for a moment's shortage.
    @Test
    void shouldWaitLongerForMemoryInTheMiddleOfAnObject() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var world = new World(simulation);
            Content content = world.store(world.randomBytes(2 * BufferPool.PIECE_BYTES));
            var held = new ArrayList<BufferPool.Buffer>();
            try (var reader = world.data.reader(content, 0, 2 * BufferPool.PIECE_BYTES)) {
                while (world.pool.available() > 1) {
                    held.add(world.pool.tryAcquire().orElseThrow());
                }
                assertThat(reader.next()).isInstanceOf(DataReader.Step.Piece.class);
                simulation.tasks().start("another", () -> {
                    simulation.tasks().sleep(Duration.ofSeconds(20));
                    held.getFirst().release();
                });
                assertThat(reader.next()).isInstanceOf(DataReader.Step.Piece.class);
            }
        });
    }

    @Test
    void shouldSayThatAnObjectDoesNotFitBeforeItIsWritten() {
        var simulation = new Simulation(1);
        simulation.run(() -> {
            var world = new World(simulation, limited(1_000_000));
            assertThat(world.data.mayFit(1_000_000)).isTrue();
            assertThat(world.data.mayFit(1_000_001)).isFalse();
            world.store(world.randomBytes(600_000));
            assertThat(world.data.mayFit(500_000)).isFalse();
            // Tiny ones go to the namespace.
            world.store(world.randomBytes(390_000));
            assertThat(world.data.mayFit(8 << 10)).isTrue();
        });
    }

    private static ModelShardStore limited(long bytes) {
        var store = new ModelShardStore();
        store.limit(bytes);
        return store;
    }
}
