package io.flywheel.loadtest.schedule;

import java.util.Optional;

/// The intended starts of one share of a schedule, in order. Not for several threads.
public abstract sealed class Arrivals permits ConstantArrivals, PoissonArrivals {
    /// How arrivals are spaced.
    public enum Spacing {
        /// Evenly, as the rate says.
        CONSTANT,
        /// Independently of each other, as those of many people are: exponential gaps from the seed.
        POISSON
    }

    long nanos;
    long number;
    Optional<String> transaction = Optional.empty();
    long occurrence;

    Arrivals() {}

    public static Arrivals of(RateProfile profile, Spacing spacing, long seed, Share share) {
        return switch (spacing) {
            case CONSTANT -> new ConstantArrivals(profile, share);
            case POISSON -> new PoissonArrivals(profile, seed, share);
        };
    }

    /// Goes on to the next arrival; false when there is none any more.
    public abstract boolean advance();

    /// When it is to start, from the start of the run.
    public final long nanos() {
        return nanos;
    }

    /// Its number in the run: no other share has it.
    public final long number() {
        return number;
    }

    /// What a trace says that it is.
    public final Optional<String> transaction() {
        return transaction;
    }

    /// Where a trace says what it is: how many of the same came before it in the trace.
    public final long occurrence() {
        return occurrence;
    }

    final void replay(Trace trace, int arrival) {
        transaction = trace.transaction(arrival);
        occurrence = trace.occurrence(arrival);
    }
}
