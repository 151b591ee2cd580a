package io.flywheel.loadtest.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HostPlanTest {
    @Test
    void shouldRoundHostsUpAndAddTheSpares() {
        var plan = HostPlan.of(1_000, 2_001, 0, 1, 10, 50);

        assertThat(plan.needed()).isEqualTo(4);
        assertThat(plan.released()).isEqualTo(6);
        assertThat(plan.cost()).isEqualTo(200);
        assertThat(plan.saved()).isEqualTo(300);
    }

    @Test
    void shouldKeepTheHeadroomFree() {
        assertThat(HostPlan.of(1_000, 3_000, 0.25, 0, 4, 50).needed()).isEqualTo(4);
    }

    @Test
    void shouldMissNoneWhereItIsNotKnownHowManyThereAre() {
        var plan = HostPlan.of(100, 1_000, 0, 0, 0, 50);

        assertThat(plan.needed()).isEqualTo(10);
        assertThat(plan.released()).isZero();
        assertThat(plan.saved()).isNaN();
        assertThat(plan.cost()).isEqualTo(500);
    }

    @Test
    void shouldSayHowManyAreMissing() {
        var plan = HostPlan.of(100, 1_000, 0, 0, 7, 50);

        assertThat(plan.released()).isEqualTo(-3);
        assertThat(plan.saved()).isEqualTo(-150);
    }
}
