package io.flywheel.namespace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.namespace.Mutations;
import io.flywheel.namespace.record.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// Frames of the log out of bytes that may be anything, also such whose CRCs are right.
class FrameTest {
    private static final int SECTOR_BYTES = 512;
    private static final List<byte[]> COMMANDS = List.of(new byte[] {1, 2, 3}, new byte[0], new byte[700]);

    @Test
    void shouldReadWhatWasWritten() throws MalformedRecord {
        ByteBuffer buffer = written();
        assertThat(buffer.limit() % SECTOR_BYTES).isZero();
        assertThat(Frame.isHeader(buffer, 0)).isTrue();
        Frame frame = Frame.header(buffer, 0);
        assertThat(frame.identity()).isEqualTo(42);
        assertThat(frame.firstPosition()).isEqualTo(1000);
        assertThat(frame.chain()).isEqualTo(77);
        assertThat(frame.payloadIntact(buffer, 0)).isTrue();
        assertThat(frame.life()).isEqualTo(9);
        assertThat(frame.turn()).isEqualTo(5);
        assertThat(frame.entry(buffer, 0).commands()).containsExactlyElementsOf(COMMANDS);
        assertThat(frame.entry(buffer, 0).link())
                .isEqualTo(Entry.of(42, 9, 1000, 77, COMMANDS, false).link());
    }

    @Test
    void shouldTakeNothingForAFrameWhenAnyBitIsFlipped() throws MalformedRecord {
        ByteBuffer buffer = written();
        int bytes = Frame.header(buffer, 0).bytes();
        for (int at = 0; at < bytes; at++) {
            for (int bit = 0; bit < 8; bit++) {
                buffer.put(at, (byte) (buffer.get(at) ^ 1 << bit));
                assertThat(Frame.isHeader(buffer, 0) && Frame.header(buffer, 0).payloadIntact(buffer, 0))
                        .as("byte %s, bit %s", at, bit)
                        .isFalse();
                buffer.put(at, (byte) (buffer.get(at) ^ 1 << bit));
            }
        }
    }

    @Test
    void shouldReadOrRefuseWhenAnythingIsDamagedUnderRightChecksums() {
        for (long seed = 1; seed <= 20; seed++) {
            var mutations = new Mutations(new SeededRandom(seed));
            byte[] intact = new byte[written().limit()];
            written().get(intact);
            for (int i = 0; i < 2000; i++) {
                byte[] bytes = mutations.of(intact);
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                if (bytes.length >= Frame.HEADER_BYTES) {
                    buffer.putInt(56, crc(bytes, 0, 56));
                }
                try {
                    read(buffer);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("seed " + seed + ", mutation " + i, e);
                }
            }
        }
    }

    private static void read(ByteBuffer buffer) {
        if (!Frame.isHeader(buffer, 0)) {
            return;
        }
        try {
            Frame frame = Frame.header(buffer, 0);
            assertThat(frame.bytes()).isBetween(44, Frame.HEADER_BYTES + Frame.PAYLOAD_BYTES_MAX);
            assertThat(frame.end()).isGreaterThanOrEqualTo(frame.firstPosition());
            frame.payloadIntact(buffer, 0);
            assertThat(frame.entry(buffer, 0).commands()).hasSize(frame.count());
        } catch (MalformedRecord e) {
            // That is its answer.
        }
    }

    private static ByteBuffer written() {
        ByteBuffer buffer = ByteBuffer.allocate(4 * SECTOR_BYTES);
        Frame.write(buffer, SECTOR_BYTES, 42, 5, Entry.of(42, 9, 1000, 77, COMMANDS, false));
        return buffer.flip();
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
