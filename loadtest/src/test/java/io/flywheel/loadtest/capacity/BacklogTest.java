package io.flywheel.loadtest.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    @Test
    void shouldGrowWhenMoreArriveThanAreServed() {
        var backlog = new Backlog(100);
        for (int i = 0; i < 60; i++) {
            backlog.sample(10 + 3 * i);
        }
        assertThat(backlog.grows()).isTrue();
    }

    @Test
    void shouldNotGrowWhenItGoesUpAndDown() {
        var random = new SplittableRandom(5);
        for (int round = 0; round < 1_000; round++) {
            var backlog = new Backlog(100);
            for (int i = 0; i < 60; i++) {
                backlog.sample(20 + random.nextInt(40));
            }
            assertThat(backlog.grows()).isFalse();
        }
    }

    @Test
    void shouldNotGrowWhenOneFreezePassed() {
        var backlog = new Backlog(100);
        for (int i = 0; i < 60; i++) {
            backlog.sample(i >= 20 && i < 30 ? 40L * (i - 19) : 10);
        }
        assertThat(backlog.grows()).isFalse();
    }

    @Test
    void shouldNotGrowByAFew() {
        var backlog = new Backlog(100);
        for (int i = 0; i < 60; i++) {
            backlog.sample(i / 6);
        }
        assertThat(backlog.grows()).isFalse();
    }

    /// What is in flight at the end of a probe may be what came during the last hiccup.
    @Test
    void shouldNotGrowByWhatArrivesInMoments() {
        for (double perSecond : new double[] {5_000, 50_000}) {
            var moments = new Backlog(perSecond);
            var more = new Backlog(perSecond);
            for (int i = 0; i < 60; i++) {
                moments.sample(Math.round(i / 60.0 * perSecond * 0.01));
                more.sample(Math.round(i / 60.0 * perSecond * 0.02));
            }
            assertThat(moments.grows()).isFalse();
            assertThat(more.grows()).isTrue();
        }
    }

    @Test
    void shouldNotSayAnythingAfterTooFewSamples() {
        var backlog = new Backlog(100);
        for (int i = 0; i < 11; i++) {
            backlog.sample(100L * i);
        }
        assertThat(backlog.grows()).isFalse();
    }
}
