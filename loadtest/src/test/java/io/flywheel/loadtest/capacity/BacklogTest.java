package io.flywheel.loadtest.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    @Test
    void shouldGrowWhenMoreArriveThanAreServed() {
        var backlog = new Backlog();
        for (int i = 0; i < 60; i++) {
            backlog.sample(10 + 3 * i);
        }
        assertThat(backlog.grows()).isTrue();
    }

    @Test
    void shouldNotGrowWhenItGoesUpAndDown() {
        var random = new SplittableRandom(5);
        for (int round = 0; round < 1_000; round++) {
            var backlog = new Backlog();
            for (int i = 0; i < 60; i++) {
                backlog.sample(20 + random.nextInt(40));
            }
            assertThat(backlog.grows()).isFalse();
        }
    }

    @Test
    void shouldNotGrowWhenOneFreezePassed() {
        var backlog = new Backlog();
        for (int i = 0; i < 60; i++) {
            backlog.sample(i >= 20 && i < 30 ? 40L * (i - 19) : 10);
        }
        assertThat(backlog.grows()).isFalse();
    }

    @Test
    void shouldNotGrowByAFew() {
        var backlog = new Backlog();
        for (int i = 0; i < 60; i++) {
            backlog.sample(i / 6);
        }
        assertThat(backlog.grows()).isFalse();
    }

    @Test
    void shouldNotSayAnythingAfterTooFewSamples() {
        var backlog = new Backlog();
        for (int i = 0; i < 11; i++) {
            backlog.sample(100L * i);
        }
        assertThat(backlog.grows()).isFalse();
    }
}
