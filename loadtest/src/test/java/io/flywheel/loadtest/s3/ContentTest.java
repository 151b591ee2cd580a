package io.flywheel.loadtest.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContentTest {
    private static final long SEED = 42;
    private final Content content = new Content(SEED);

    private byte[] bytes(long identity, long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        content.write(identity, offset, buffer, length);
        return buffer.array();
    }

    @Test
    void shouldGiveTheSameBytesHoweverTheyAreAskedFor() {
        long identity = content.identity("key");
        byte[] whole = bytes(identity, 0, 20_000);
        var random = new SplittableRandom(SEED);
        for (int round = 0; round < 500; round++) {
            int from = random.nextInt(whole.length);
            int length = random.nextInt(whole.length - from + 1);
            assertThat(bytes(identity, from, length))
                    .isEqualTo(java.util.Arrays.copyOfRange(whole, from, from + length));
        }
        assertThat(new Content(SEED).mismatch(identity, 0, ByteBuffer.wrap(whole)))
                .isEqualTo(-1);
    }

    /// Also where the range does not begin at a block, and in memory outside the heap.
    @Test
    void shouldFindEveryWrongByte() {
        long identity = content.identity("key");
        long base = (1L << 50) + 4090;
        byte[] right = bytes(identity, base, 9000);
        ByteBuffer direct = ByteBuffer.allocateDirect(9100).position(50).limit(9050);
        direct.put(50, right);
        assertThat(content.mismatch(identity, base, direct)).isEqualTo(-1);
        for (int at = 0; at < right.length; at++) {
            direct.put(50 + at, (byte) (right[at] ^ 1));
            assertThat(content.mismatch(identity, base, direct)).isEqualTo(base + at);
            direct.put(50 + at, right[at]);
        }
    }

    @Test
    void shouldTellObjectsSeedsAndBlocksApart() {
        byte[] right = bytes(content.identity("a"), 0, 8192);
        assertThat(content.mismatch(content.identity("b"), 0, ByteBuffer.wrap(right)))
                .isZero();
        assertThat(content.mismatch(content.identity("a"), 4096, ByteBuffer.wrap(right)))
                .isEqualTo(4096);
        var other = new Content(SEED + 1);
        assertThat(other.mismatch(other.identity("a"), 0, ByteBuffer.wrap(right)))
                .isZero();
    }
}
