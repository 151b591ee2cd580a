package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.erasure.Scheme.Rs;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GeneratorTest {
    @Test
    void shouldBeSystematicAndThatOfIsal() {
        var generator = Generator.of(new Rs(4, 2));
        assertThat(generator.select(0, 1, 2, 3)).isEqualTo(identity(4));
        // gf_gen_cauchy1_matrix(a, 6, 4): 1/(i xor j) for the parity rows i = 4, 5.
        assertThat(generator.select(4, 5))
                .isEqualTo(Matrix.of(2, 4, (i, j) -> new int[][] {{71, 167, 122, 186}, {167, 71, 186, 122}}[i][j]));
    }

    @Test
    void shouldDecodeFromAnyKRows() {
        for (var scheme : List.of(new Rs(2, 2), new Rs(3, 2), new Rs(4, 2), new Rs(6, 3), new Rs(8, 4), new Rs(6, 6))) {
            var generator = Generator.of(scheme);
            for (int bits = 0; bits < 1 << scheme.shards(); bits++) {
                var rows = new Slots(bits);
                if (rows.size() == scheme.k()) {
                    var chosen = generator.select(rows.toArray());
                    assertThat(chosen.times(chosen.inverse())).isEqualTo(identity(scheme.k()));
                }
            }
        }
    }

    /// Why the matrix is not `gf_gen_rs_matrix`: with six data and five parity cells some losses are
    /// final.
    @Test
    void shouldNotBeTheVandermondeMatrixWhichCannotDecodeEverything() {
        var vandermonde = Matrix.of(11, 6, (i, j) -> i < 6 ? (i == j ? 1 : 0) : power(power(2, i - 6), j));
        int singular = 0;
        for (int bits = 0; bits < 1 << 11; bits++) {
            if (Integer.bitCount(bits) == 6) {
                try {
                    vandermonde.select(new Slots(bits).toArray()).inverse();
                } catch (IllegalArgumentException _) {
                    singular++;
                }
            }
        }
        assertThat(singular).isPositive();
    }

    @Test
    void shouldRefuseWhatHasNoInverse() {
        assertThatThrownBy(() -> Matrix.of(2, 2, (_, _) -> 7).inverse()).hasMessageContaining("singular");
        assertThatThrownBy(() -> Matrix.of(1, 2, (_, _) -> 7).inverse()).hasMessageContaining("square");
    }

    @Test
    void shouldMultiplyInTheField() {
        for (int a = 1; a < 256; a++) {
            assertThat(Galois.multiply(a, Galois.inverse(a))).isOne();
            byte[] products = Galois.products(a);
            for (int b = 0; b < 256; b++) {
                assertThat(products[b] & 0xFF).isEqualTo(Galois.multiply(a, b));
                assertThat((int) (Fingerprint.multiply(a, 0x0101010101010101L * b) & 0xFF))
                        .isEqualTo(Galois.multiply(a, b));
            }
        }
        assertThat(power(2, 255)).isOne();
    }

    private static int power(int base, int exponent) {
        int power = 1;
        for (int i = 0; i < exponent; i++) {
            power = Galois.multiply(power, base);
        }
        return power;
    }

    private static Matrix identity(int order) {
        return Matrix.of(order, order, (i, j) -> i == j ? 1 : 0);
    }
}
