package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

/// A time in which a share was kept to: every arrival of the share that comes in it was started or dropped.
///
/// @param fromNanos from the start of the run
/// @param toNanos the first moment after it
public record Span(Share share, long fromNanos, long toNanos) {
    public Span {
        check(fromNanos >= 0 && fromNanos < toNanos, "a span has a length");
    }

    /// How many arrivals it has: exactly where they come evenly, on average where they are Poisson's.
    public double arrivals(RateProfile profile, Arrivals.Spacing spacing) {
        return switch (spacing) {
            case CONSTANT -> ConstantArrivals.count(profile, this);
            case POISSON ->
                (profile.arrivalsUntil(Math.min(toNanos, profile.lengthNanos()))
                                - profile.arrivalsUntil(Math.min(fromNanos, profile.lengthNanos())))
                        / share.count();
        };
    }

    /// How long the share's users are there in it, all together, in seconds.
    ///
    /// @param users how many all shares have, as a profile
    public double userSeconds(RateProfile users) {
        return users.userSeconds(share, fromNanos, toNanos);
    }
}
