package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.SeededRandom;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The formats on the disk: what was written once stays readable, and any bytes decode to a value or a typed
/// error.
class FormatTest {
    private static final Geometry GEOMETRY = new Geometry(16, 16 << 10, 512);
    private static final ShardId SHARD = new ShardId(new BlockId(3, 9, 70_000), 5);
    private static final Frame FRAME =
            new Frame(Operation.VALUE, 0x1_0000_0002L, 4, 1024, 100, 0x12345678, SHARD, 512, 0, true);
    private static final Locator LOCATOR = new Locator(4, 1024, 100, 0x12345678, 0x1_0000_0002L);
    private static final Superblock SUPERBLOCK = new Superblock(
            new UUID(1, 2),
            GEOMETRY,
            7,
            3,
            true,
            Optional.of(LOCATOR),
            List.of(new Superblock.Segment(
                    new Superblock.Position(4, 512, 0x1_0000_0002L),
                    Optional.of(new Superblock.Position(5, 0, 0x1_0000_0003L)))));

    private static ByteBuffer header() {
        var bytes = ByteBuffer.allocate(Frame.HEADER_BYTES);
        FRAME.encode(bytes, 0);
        return bytes;
    }

    @Test
    void shouldReadWhatItWrites() {
        assertThat(Frame.decode(header(), 0)).isEqualTo(new Frame.Decoded.Valid(FRAME));
        assertThat(Superblock.decode(SUPERBLOCK.encode(), 0)).isEqualTo(new Superblock.Decoded.Valid(SUPERBLOCK));
        var manifest = new Manifest(List.of(LOCATOR, LOCATOR));
        assertThat(Manifest.decode(manifest.encode(), GEOMETRY)).contains(manifest);
        var page = new CheckpointPage(
                Optional.of(LOCATOR),
                List.of(new CheckpointPage.ExtentState(4, 640, 9, 77)),
                List.of(new CheckpointPage.TableState(1, 5, 99, ShardKey.of(SHARD), ShardKey.of(SHARD), LOCATOR)));
        var decoded = CheckpointPage.decode(page.encode(), GEOMETRY).orElseThrow();
        assertThat(decoded.encode()).isEqualTo(page.encode());
    }

    @Test
    void shouldWriteHeadersAsVersionTwoDid() {
        assertThat(HexFormat.of().formatHex(header().array(), 0, 60))
                .isEqualTo("46574652" + "02040501" + "0200000001000000" + "04000000" + "10000000" + "64000000"
                        + "78563412" + "03000000" + "08000000" + "0900000000000000" + "7011010000000000" + "00000000");
    }

    @Test
    void shouldRefuseEveryChangedBit() {
        for (int bit = 0; bit < Frame.HEADER_BYTES * 8; bit++) {
            var bytes = header();
            bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
            assertThat(Frame.decode(bytes, 0)).isInstanceOf(Frame.Decoded.Invalid.class);
        }
        for (int bit = 0; bit < Superblock.BYTES * 8; bit++) {
            var bytes = SUPERBLOCK.encode();
            bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
            assertThat(Superblock.decode(bytes, 0)).isInstanceOf(Superblock.Decoded.Invalid.class);
        }
    }

    @Test
    void shouldSayThatAnotherVersionIsUnsupported() {
        var bytes = SUPERBLOCK.encode().order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(8, 1);
        bytes.putInt(Superblock.BYTES - 4, Frame.crc32c(bytes.slice(0, Superblock.BYTES - 4)));
        assertThat(Superblock.decode(bytes, 0)).isEqualTo(new Superblock.Decoded.Unsupported(1));
    }

    @Test
    void shouldDecodeAnyBytes() {
        var random = new SeededRandom(5);
        for (int round = 0; round < 20_000; round++) {
            var noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            // Small counts, so that the decoders get past their first check.
            for (int at : new int[] {0, 24, 28}) {
                if (at + 4 <= noise.length && random.nextInt(2) == 0) {
                    noise[at] = (byte) random.nextInt(4);
                    noise[at + 1] = noise[at + 2] = noise[at + 3] = 0;
                }
            }
            assertThat(Frame.decode(ByteBuffer.wrap(noise), 0)).isInstanceOf(Frame.Decoded.Invalid.class);
            Manifest.decode(ByteBuffer.wrap(noise), GEOMETRY);
            CheckpointPage.decode(ByteBuffer.wrap(noise), GEOMETRY);
            assertThat(Superblock.decode(ByteBuffer.wrap(noise), 0)).isInstanceOf(Superblock.Decoded.Invalid.class);
        }
    }
}
