package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
        var choice = Engine.choose(List.of(() -> wrongAt(4099)), List.of());
        assertThat(choice.best().name()).isEqualTo("scalar");
        assertThat(choice.passedOver()).singleElement().asString().contains("wrong differs from scalar", "4099");
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
