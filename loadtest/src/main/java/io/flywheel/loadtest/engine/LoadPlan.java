package io.flywheel.loadtest.engine;

import static io.flywheel.base.Check.check;

import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/// What is started when, of a run as a whole; an agent adds its share of it.
///
/// @param model at a rate or with a concurrency
/// @param profile the rate in starts a second, or the concurrency in users
/// @param weights of the transactions, in their order
/// @param inFlightMax over all agents
/// @param drain how long what is in flight at the end may take to end
public record LoadPlan(
        Model model,
        RateProfile profile,
        Arrivals.Spacing spacing,
        List<BigDecimal> weights,
        long seed,
        int inFlightMax,
        Duration drain) {
    /// How the load answers to the service.
    public enum Model {
        /// Starts come when they come.
        OPEN,
        /// The next starts when one has ended.
        CLOSED
    }

    public LoadPlan {
        weights = List.copyOf(weights);
        check(inFlightMax >= 1, "something may be in flight");
    }
}
