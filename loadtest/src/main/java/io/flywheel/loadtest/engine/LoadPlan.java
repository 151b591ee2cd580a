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
/// @param warmup what is not measured
/// @param drain how long what is in flight at the end may take to end
/// @param firstNumber executions are numbered from there, so that several plans in one run have numbers of their own
public record LoadPlan(
        Model model,
        RateProfile profile,
        Arrivals.Spacing spacing,
        List<BigDecimal> weights,
        long seed,
        int inFlightMax,
        Duration warmup,
        Duration drain,
        long firstNumber) {
    /// How the load answers to the service.
    public enum Model {
        /// Starts come when they come.
        OPEN,
        /// The next starts when one has ended.
        CLOSED
    }

    /// How many numbers a plan has that is one of several in a run.
    public static final long NUMBERS_MAX = 1L << 48;

    /// The only plan of a run.
    public LoadPlan(
            Model model,
            RateProfile profile,
            Arrivals.Spacing spacing,
            List<BigDecimal> weights,
            long seed,
            int inFlightMax,
            Duration warmup,
            Duration drain) {
        this(model, profile, spacing, weights, seed, inFlightMax, warmup, drain, 0);
    }

    /// The same as one of several plans in a run, each of which has numbers of its own.
    ///
    /// @param index which of them, from 0
    public LoadPlan numberedAs(int index) {
        return new LoadPlan(model, profile, spacing, weights, seed, inFlightMax, warmup, drain, index * NUMBERS_MAX);
    }

    public LoadPlan {
        weights = List.copyOf(weights);
        check(inFlightMax >= 1, "something may be in flight");
    }
}
