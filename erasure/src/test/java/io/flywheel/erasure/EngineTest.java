package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EngineTest {
    @Test
    void shouldHaveTheVectorApiInTestsAndScalarCodeLast() {
        var choice = Engine.choose();
        assertThat(choice.usable()).extracting(Engine::name).contains("vector").endsWith("scalar");
        assertThat(choice.best()).isSameAs(choice.usable().getFirst());
        assertThat(choice.best().fold()).isInstanceOf(VectorFold.class);
    }

    @Test
    void shouldPassOverWhatGivesOtherBytesAndSayWhere() {
        var choice = Engine.choose(List.of(() -> wrongAt(513)), List.of());
        assertThat(choice.best().name()).isEqualTo("scalar");
        assertThat(choice.passedOver()).singleElement().asString().contains("wrong differs from scalar", "513");
    }

    @Test
    void shouldPassOverOneWrongProductOfOneFactor() {
        var choice = Engine.choose(List.of(OneWrongProduct::new), List.of());
        assertThat(choice.best().name()).isEqualTo("scalar");
    }

    @Test
    void shouldPassOverWhatIsMissingAndSayWhy() {
        var choice = Engine.choose(
                List.of(
                        () -> {
                            throw new UnsupportedOperationException("libisal.so.2 is not here");
                        },
                        () -> {
                            throw new NoClassDefFoundError("jdk/incubator/vector/Vector");
                        }),
                List.of());
        assertThat(choice.usable()).extracting(Engine::name).containsExactly("scalar");
        assertThat(choice.passedOver())
                .containsExactly(
                        "libisal.so.2 is not here",
                        "the Vector API is off: run with --add-modules jdk.incubator.vector");
    }

    /// In a JVM of its own: here the Vector API is on.
    @Test
    void shouldStartWithoutTheVectorApi() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutVectors.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output).contains("run with --add-modules jdk.incubator.vector", "scalar]", "disagreeing []");
        assertThat(process.waitFor()).as(output).isZero();
    }

    /// Encodes with what is there.
    static final class WithoutVectors {
        private WithoutVectors() {}

        public static void main(String[] arguments) {
            var choice = Engine.choose();
            var code = new ErasureCode(new Scheme.Rs(4, 2), choice.best());
            var stripe = new Stripe(code.scheme(), 1000, Stripe.Place.MIXED, new Random(1));
            code.encode(stripe.cells);
            System.out.println(choice.usable() + " " + choice.passedOver());
            System.out.println("disagreeing " + code.disagreeing(stripe.cells));
        }
    }

    @Test
    void shouldPassOverAFoldThatDiffers() {
        var choice = Engine.choose(List.of(), List.of(() -> (_, _, state) -> state[31]++));
        assertThat(choice.best().fold()).isInstanceOf(ScalarFold.class);
        assertThat(choice.passedOver()).singleElement().asString().contains("checks of parity differ");
    }

    private static Arithmetic wrongAt(int length) {
        return new Arithmetic() {
            @Override
            public String name() {
                return "wrong";
            }

            @Override
            public Product by(Matrix matrix) {
                var right = new ScalarArithmetic().by(matrix);
                return (inputs, outputs) -> {
                    right.apply(inputs, outputs);
                    if (outputs[0].remaining() == length) {
                        outputs[0].put(outputs[0].limit() - 1, (byte) (outputs[0].get(outputs[0].limit() - 1) ^ 1));
                    }
                };
            }
        };
    }

    /// 0xB7 times 0x53 is wrong by one bit; everything else is right.
    private static final class OneWrongProduct implements Arithmetic {
        @Override
        public String name() {
            return "wrong";
        }

        @Override
        public Product by(Matrix matrix) {
            var right = new ScalarArithmetic().by(matrix);
            return (inputs, outputs) -> {
                right.apply(inputs, outputs);
                for (int i = 0; i < outputs.length; i++) {
                    for (int j = 0; j < inputs.length; j++) {
                        for (int at = 0; matrix.at(i, j) == 0xB7 && at < outputs[i].remaining(); at++) {
                            if (inputs[j].get(inputs[j].position() + at) == 0x53) {
                                int to = outputs[i].position() + at;
                                outputs[i].put(to, (byte) (outputs[i].get(to) ^ 4));
                            }
                        }
                    }
                }
            };
        }
    }
}
