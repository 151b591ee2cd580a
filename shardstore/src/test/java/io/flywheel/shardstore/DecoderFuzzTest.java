package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.shardstore.DecoderFuzz.Format;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Noise and changed samples for every decoder, in every build, from a seed.
class DecoderFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final long SEED = Long.getLong("checks.seed", 1);
    private static final ShardId SHARD = new ShardId(new BlockId(3, 9, 70_000), 5);
    private static final Locator LOCATOR = new Locator(4, 1024, 100, 0x12345678, 0x1_0000_0002L);

    /// Valid bytes to start from.
    private static List<byte[]> samples(Format format) {
        var samples = new ArrayList<byte[]>();
        switch (format) {
            case FRAME -> {
                for (var operation : Operation.values()) {
                    var bytes = ByteBuffer.allocate(Frame.HEADER_BYTES);
                    new Frame(operation, 0x1_0000_0002L, 4, 1024, 100, 7, SHARD, 512, 0).encode(bytes, 0);
                    samples.add(bytes.array());
                }
            }
            case SUPERBLOCK -> {
                var position = new Superblock.Position(4, 512, 0x1_0000_0002L);
                samples.add(bytes(new Superblock(
                                new UUID(1, 2),
                                DecoderFuzz.GEOMETRY,
                                7,
                                3,
                                true,
                                Optional.of(LOCATOR),
                                List.of(
                                        new Superblock.Segment(position, Optional.of(position)),
                                        new Superblock.Segment(position, Optional.empty())))
                        .encode()));
            }
            case MANIFEST -> samples.add(bytes(new Manifest(List.of(LOCATOR, LOCATOR, LOCATOR)).encode()));
            case CHECKPOINT_PAGE -> {
                var entry = new Manifest(List.of(LOCATOR, LOCATOR)).entry(LOCATOR);
                samples.add(bytes(new CheckpointPage(
                                Optional.of(LOCATOR),
                                List.of(new CheckpointPage.ExtentState(4, 640, 9)),
                                List.of(new CheckpointPage.Item(SHARD, entry)))
                        .encode()));
            }
            case LOCATOR -> {
                var bytes = ByteBuffer.allocate(Locator.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                LOCATOR.encode(bytes);
                samples.add(bytes.array());
            }
        }
        return samples;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static byte[] noise(SeededRandom random) {
        var noise = new byte[random.nextInt(700)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] changed(byte[] sample, SeededRandom random) {
        int length = random.nextInt(4) > 0 ? sample.length : random.nextInt(sample.length + 16);
        var bytes = java.util.Arrays.copyOf(sample, length);
        int changes = length == 0 ? 0 : 1 + random.nextInt(3);
        for (int change = 0; change < changes; change++) {
            int at = random.nextInt(length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = 0;
                default -> java.util.Arrays.fill(bytes, at, Math.min(length, at + 4), (byte) -random.nextInt(2));
            }
        }
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void shouldDecodeAnyBytes(Format format) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var random = new SeededRandom(SEED * 31 + format.name().hashCode());
        var samples = samples(format);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var bytes = round % 8 == 0 ? noise(random) : changed(samples.get(round % samples.size()), random);
            if (random.nextInt(4) > 0) {
                DecoderFuzz.mend(format, bytes);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                accepted += DecoderFuzz.decode(format, bytes) ? 1 : 0;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(format + " does not decode " + java.util.HexFormat.of().formatHex(bytes), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).as("bytes allocated for %d bytes", bytes.length).isLessThan(1 << 20);
        }
        assertThat(accepted).as("inputs that were accepted").isPositive();
        for (var sample : samples) {
            assertThat(DecoderFuzz.decode(format, sample)).isTrue();
        }
    }
}
