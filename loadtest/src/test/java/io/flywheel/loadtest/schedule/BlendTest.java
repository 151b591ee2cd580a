package io.flywheel.loadtest.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BlendTest {
    @Test
    void shouldKeepTheSharesExactlyInEveryDeck() {
        var blend = blend("70", "20", "10");
        for (int deck = 0; deck < 100; deck++) {
            var counts = new int[3];
            for (int card = 0; card < 10; card++) {
                counts[blend.transaction(deck * 10L + card)]++;
            }
            assertThat(counts).containsExactly(7, 2, 1);
        }
        assertThat(blend.share(0)).isEqualTo(0.7);
    }

    @Test
    void shouldCountEachTransactionWithoutGaps() {
        var blend = blend("33.3", "0", "66.7");
        var counts = new long[3];
        for (long number = 0; number < 5_000; number++) {
            int transaction = blend.transaction(number);
            assertThat(blend.occurrence(number)).isEqualTo(counts[transaction]++);
        }
        assertThat(counts).containsExactly(1_665, 0, 3_335);
    }

    @Test
    void shouldAnswerTheSameInAnyOrder() {
        var forwards = blend("3", "4");
        var backwards = blend("3", "4");
        var expected = new int[1_000];
        for (int number = 0; number < 1_000; number++) {
            expected[number] = forwards.transaction(number);
        }
        for (int number = 999; number >= 0; number--) {
            assertThat(backwards.transaction(number)).isEqualTo(expected[number]);
        }
    }

    @Test
    void shouldShuffleEachDeckDifferently() {
        var blend = blend("5", "5");
        long decks = Stream.iterate(0L, first -> first + 2)
                .limit(100)
                .map(first -> blend.transaction(first) * 2 + blend.transaction(first + 1))
                .distinct()
                .count();
        assertThat(decks).isEqualTo(2);
    }

    @Test
    void shouldRefuseWeightsThatMakeNoDeck() {
        assertThatThrownBy(() -> blend("0", "0")).hasMessage("a blend has a weight above 0");
        assertThatThrownBy(() -> blend("-1", "2")).hasMessage("a weight is not below 0");
        assertThatThrownBy(() -> blend("99.999", "0.0001")).hasMessageContaining("common measure");
    }

    private static Blend blend(String... weights) {
        return new Blend(Stream.of(weights).map(BigDecimal::new).toList(), 5);
    }
}
