package io.flywheel.loadtest.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KneeTest {
    private static Probe at(double perSecond, double latencySeconds) {
        return new Probe(perSecond, perSecond, latencySeconds * 1e9, new Probe.Result.Held());
    }

    /// The power of one server with exponential service is highest at half of what it can serve.
    @Test
    void shouldBeAtHalfOfWhatASingleServerTakes() {
        var probes = new ArrayList<Probe>();
        for (int rate = 5; rate < 100; rate += 5) {
            probes.add(at(rate, 1.0 / (100 - rate)));
        }
        assertThat(Knee.of(probes)).hasValueSatisfying(knee -> {
            assertThat(knee.perSecond()).isEqualTo(50);
            assertThat(knee.latencyNanos()).isEqualTo(0.02e9);
        });
    }

    @Test
    void shouldBeUnknownWhileTheRateGainsMoreThanLatencyCosts() {
        assertThat(Knee.of(List.of(at(1, 0.01), at(2, 0.01), at(4, 0.01)))).isEmpty();
    }

    @Test
    void shouldBeUnknownOfTwoRates() {
        assertThat(Knee.of(List.of(at(1, 0.01), at(2, 1)))).isEmpty();
    }
}
