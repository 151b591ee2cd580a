package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DecoderFuzz.Format;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Noise and changed samples for every decoder, in every build, from a seed.
class DecoderFuzzTest {
    private static final int ROUNDS = 60_000;
    private static final long SEED = Long.getLong("checks.seed", 1);

    /// Valid bytes to start from: what the engine wrote on a small disk.
    private static List<byte[]> samples(Format format) {
        return switch (format) {
            case FRAME -> IMAGE.frames.stream().map(frame -> frame.header).toList();
            case SUPERBLOCK -> IMAGE.superblocks;
            case MANIFEST -> IMAGE.payloads(Operation.SEAL);
            case CHECKPOINT_PAGE -> IMAGE.payloads(Operation.PAGE);
            case TABLE_PAGE -> IMAGE.payloads(Operation.TABLE_PAGE);
            case TABLE_ROOT -> IMAGE.payloads(Operation.TABLE_ROOT);
            case ENTRY -> {
                var out = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
                EntryFormat.encode(Entry.whole(new Locator(4, 1024, 100, 0x12345678, 0x1_0000_0002L)), out);
                var samples = new ArrayList<>(IMAGE.payloads(Operation.DELETE));
                samples.add(Arrays.copyOf(out.array(), out.position()));
                yield samples;
            }
            case EXTENT_LINK -> IMAGE.payloads(Operation.END);
            case LOCATOR -> {
                var bytes = ByteBuffer.allocate(Locator.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                new Locator(4, 1024, 100, 0x12345678, 0x1_0000_0002L).encode(bytes);
                yield List.of(bytes.array());
            }
        };
    }

    private static final Image IMAGE = new Image();

    /// The frames and superblocks of a disk that was used for a while.
    private static final class Image {
        private static final UUID ID = new UUID(7, 7);

        private record Found(Operation operation, byte[] header, byte[] payload) {}

        final List<Found> frames = new ArrayList<>();
        final List<byte[]> superblocks = new ArrayList<>();

        Image() {
            var disk = new SimulatedDisk(DecoderFuzz.GEOMETRY);
            var simulation = new Simulation(1, new Schedule.InTurn());
            var options = new Options(ID, true, 1024, 512, 512, 16 << 10);
            simulation.run(() -> {
                if (!(DiskShardStore.open(disk, simulation.tasks(), options) instanceof Opened.Ok(var store, var _))) {
                    throw new AssertionError("the disk was refused");
                }
                for (int number = 0; number < 24; number++) {
                    var shard = new ShardId(new BlockId(number % 3, 1, number), 0);
                    store.put(shard, ByteBuffer.allocate(1 + number * 97 % 2_000));
                    if (number % 5 == 4) {
                        store.delete(shard);
                    }
                }
                store.close();
            });
            for (int extent = 0; extent < DecoderFuzz.GEOMETRY.extents(); extent++) {
                int number = extent;
                disk.bytes(extent).ifPresent(bytes -> take(number, bytes));
            }
        }

        private void take(int extent, byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            for (int at = 0; at + Frame.HEADER_BYTES <= bytes.length; at += Frame.ALIGNMENT_BYTES) {
                if (extent < Superblocks.COPIES) {
                    if (Superblock.decode(buffer, at) instanceof Superblock.Decoded.Valid) {
                        superblocks.add(Arrays.copyOfRange(bytes, at, at + Superblock.BYTES));
                    }
                } else if (Frame.decode(buffer, at) instanceof Frame.Decoded.Valid(var frame)) {
                    int payload = (int) frame.payloadOffsetBytes();
                    frames.add(new Found(
                            frame.operation(),
                            Arrays.copyOfRange(bytes, at, at + Frame.HEADER_BYTES),
                            Arrays.copyOfRange(bytes, payload, payload + frame.payloadBytes())));
                }
            }
        }

        List<byte[]> payloads(Operation operation) {
            return frames.stream()
                    .filter(frame -> frame.operation == operation)
                    .map(frame -> frame.payload)
                    .toList();
        }
    }

    private static byte[] noise(SeededRandom random) {
        var noise = new byte[random.nextInt(700)];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] changed(byte[] sample, SeededRandom random) {
        int length = random.nextInt(4) > 0 ? sample.length : random.nextInt(sample.length + 16);
        var bytes = Arrays.copyOf(sample, length);
        int changes = length == 0 ? 0 : 1 + random.nextInt(3);
        for (int change = 0; change < changes; change++) {
            int at = random.nextInt(length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = 0;
                default -> Arrays.fill(bytes, at, Math.min(length, at + 4), (byte) -random.nextInt(2));
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
                throw new AssertionError(
                        format + " does not decode " + java.util.HexFormat.of().formatHex(bytes), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated)
                    .as("bytes allocated for %d bytes", bytes.length)
                    .isLessThan(1 << 20);
        }
        assertThat(accepted).as("inputs that were accepted").isPositive();
        for (var sample : samples) {
            assertThat(DecoderFuzz.decode(format, sample)).isTrue();
        }
    }
}
