package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FingerprintTest {
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Fingerprint fingerprint = new Fingerprint(new ScalarFold());

    @Test
    void shouldBeTheSameByVectorsOnTheHeapAndInDirectBuffers() {
        var vectors = new Fingerprint(new VectorFold());
        for (int bytes : new int[] {1, 8, 255, 256, 257, 1000, 4096, 5000, 65536, 70001}) {
            var content = new byte[bytes];
            random.nextBytes(content);
            var heap = ByteBuffer.wrap(content);
            var direct = ByteBuffer.allocateDirect(bytes + 3).slice(3, bytes).put(0, content);
            assertThat(fingerprint.of(direct))
                    .as("%d bytes, -Dseed=%d", bytes, seed)
                    .isEqualTo(fingerprint.of(heap));
            assertThat(vectors.of(direct)).isEqualTo(fingerprint.of(heap));
            assertThat(vectors.of(heap)).isEqualTo(fingerprint.of(heap));
        }
    }

    @Test
    void shouldBeLinear() {
        var a = new byte[1000];
        var b = new byte[1000];
        random.nextBytes(a);
        random.nextBytes(b);
        int factor = 1 + random.nextInt(255);
        var sum = new byte[1000];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (byte) (a[i] ^ Galois.multiply(factor, b[i] & 0xFF));
        }
        assertThat(print(sum)).as("-Dseed=%d", seed).isEqualTo(print(a) ^ Fingerprint.multiply(factor, print(b)));
    }

    @Test
    void shouldSeeExchangedLongsAndRows() {
        var content = new byte[256 * 255];
        random.nextBytes(content);
        long before = print(content);
        for (int distance : new int[] {8, 64, 256, 512, 4096, 256 * 254}) {
            var exchanged = content.clone();
            System.arraycopy(content, 0, exchanged, distance, 8);
            System.arraycopy(content, distance, exchanged, 0, 8);
            assertThat(print(exchanged))
                    .as("distance %d, -Dseed=%d", distance, seed)
                    .isNotEqualTo(before);
        }
    }

    private long print(byte[] bytes) {
        return fingerprint.of(ByteBuffer.wrap(bytes));
    }
}
