package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.simulated.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksumsTest {
    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// The check values of the catalogue of parametrised CRC algorithms, and of FIPS 180.
    @ParameterizedTest
    @CsvSource({
        "CRC32, cbf43926",
        "CRC32C, e3069283",
        "CRC64NVME, ae8b14860a799888",
        "SHA1, f7c3bc1d808e04732adf679965ccc34ca7ae3441",
        "SHA256, 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"
    })
    void shouldGiveTheCheckValueWhenGivenNineDigits(ChecksumAlgorithm algorithm, String hex) {
        assertThat(Checksums.of(algorithm, ascii("123456789")).toHex()).isEqualTo(hex);
    }

    @Test
    void shouldGiveTheDigestOfRfc1321WhenAskedForMd5() {
        var md5 = Checksums.md5();
        md5.update(ascii("abc"));
        assertThat(md5.value().toHex()).isEqualTo("900150983cd24fb0d6963f7d28e17f72");
        assertThat(md5.value().toHex()).as("anew, of nothing").isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
    }

    @ParameterizedTest
    @EnumSource(ChecksumAlgorithm.class)
    void shouldNotDependOnHowTheBytesAreCutOrHeld(ChecksumAlgorithm algorithm) {
        var random = new SeededRandom(1);
        byte[] bytes = new byte[100_003];
        random.nextBytes(bytes);
        Bytes whole = Checksums.of(algorithm, ByteBuffer.wrap(bytes));
        var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        assertThat(Checksums.of(algorithm, direct)).isEqualTo(whole);
        assertThat(direct.hasRemaining()).isFalse();
        assertThat(Checksums.of(algorithm, ByteBuffer.wrap(bytes).asReadOnlyBuffer()))
                .isEqualTo(whole);
        var hasher = Checksums.hasher(algorithm);
        for (int at = 0; at < bytes.length; ) {
            int part = Math.min(bytes.length - at, random.nextInt(30_000));
            if (random.nextInt(2) == 0) {
                hasher.update(bytes, at, part);
            } else {
                hasher.update(direct.slice(at, part));
            }
            at += part;
        }
        assertThat(hasher.value()).isEqualTo(whole);
        assertThat(hasher.value()).as("anew").isEqualTo(Checksums.of(algorithm, ByteBuffer.allocate(0)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ChecksumAlgorithm.class,
            names = {"CRC32", "CRC32C", "CRC64NVME"})
    void shouldGiveTheChecksumOfTheWholeWhenPartsAreCombined(ChecksumAlgorithm algorithm) {
        var random = new SeededRandom(2);
        for (int lengthB : new int[] {0, 1, 7, 8, 9, 4096, 65_537}) {
            byte[] bytes = new byte[random.nextInt(5_000) + lengthB];
            random.nextBytes(bytes);
            int lengthA = bytes.length - lengthB;
            Bytes combined = Checksums.combine(
                    algorithm,
                    Checksums.of(algorithm, ByteBuffer.wrap(bytes, 0, lengthA)),
                    Checksums.of(algorithm, ByteBuffer.wrap(bytes, lengthA, lengthB)),
                    lengthB);
            assertThat(combined).isEqualTo(Checksums.of(algorithm, ByteBuffer.wrap(bytes)));
        }
    }

    @Test
    void shouldCombineInAnyGroupingWhenPartsAreHuge() {
        for (var algorithm :
                new ChecksumAlgorithm[] {ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32C, ChecksumAlgorithm.CRC64NVME
                }) {
            Bytes a = Checksums.of(algorithm, ascii("a"));
            Bytes b = Checksums.of(algorithm, ascii("b"));
            Bytes c = Checksums.of(algorithm, ascii("c"));
            long tebibytes = 5L << 40;
            Bytes left = Checksums.combine(algorithm, Checksums.combine(algorithm, a, b, tebibytes), c, tebibytes);
            Bytes right = Checksums.combine(algorithm, a, Checksums.combine(algorithm, b, c, tebibytes), 2 * tebibytes);
            assertThat(left).isEqualTo(right);
        }
    }

    @Test
    void shouldRefuseToCombineWhenTheAlgorithmIsAHash() {
        Bytes sha = Checksums.of(ChecksumAlgorithm.SHA256, ascii(""));
        assertThatThrownBy(() -> Checksums.combine(ChecksumAlgorithm.SHA256, sha, sha, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldAgreeWithTheNativeLibraryWhenComputedByTables() {
        var random = new SeededRandom(3);
        for (int length : new int[] {0, 1, 7, 8, 9, 63, 64, 65, 1_000, 70_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            var tables = new Crc64Nvme(false);
            var chosen = new Crc64Nvme();
            tables.update(bytes, 0, length);
            chosen.update(bytes, 0, length);
            assertThat(tables.getValue()).isEqualTo(chosen.getValue());
        }
    }
}
