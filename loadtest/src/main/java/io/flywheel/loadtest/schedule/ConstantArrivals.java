package io.flywheel.loadtest.schedule;

import java.util.Optional;

/// Evenly spaced: the n-th arrival of the run comes when the integral of the rate is n. A share of an epoch has every
/// count-th of those that come from the epoch's beginning on.
final class ConstantArrivals extends Arrivals {
    private final RateProfile profile;
    private final double arrivals;
    private final int count;
    private long next;

    ConstantArrivals(RateProfile profile, Share share) {
        this.profile = profile;
        this.arrivals = profile.arrivals();
        this.count = share.count();
        this.next = firstFrom(profile, share.fromNanos()) + share.index();
    }

    /// The first arrival that does not come before a moment. All who divide the run must find the same one, so it is
    /// asked of {@link RateProfile#timeOf}, which says when arrivals come.
    private static long firstFrom(RateProfile profile, long nanos) {
        long first = Math.max(0, (long) Math.floor(profile.arrivalsUntil(nanos)) - 2);
        while (first < profile.arrivals() - RateProfile.ROUNDING && profile.timeOf((double) first) < nanos) {
            first++;
        }
        return first;
    }

    /// How many arrivals of its share come in a span.
    static long count(RateProfile profile, Span span) {
        long first = firstFrom(profile, span.share().fromNanos()) + span.share().index();
        return countBelow(
                        firstFrom(profile, span.toNanos()), first, span.share().count())
                - countBelow(
                        firstFrom(profile, span.fromNanos()),
                        first,
                        span.share().count());
    }

    /// How many of first, first + step, first + 2 step, ... are below a number.
    private static long countBelow(long number, long first, int step) {
        return number <= first ? 0 : Math.ceilDiv(number - first, step);
    }

    @Override
    public boolean advance() {
        if (next >= arrivals - RateProfile.ROUNDING) {
            return false;
        }
        number = next;
        nanos = profile.timeOf((double) next);
        var segment = profile.segmentOf((double) next);
        transaction = Optional.empty();
        segment.trace()
                .ifPresent(trace ->
                        replay(trace, (int) Math.clamp(next - segment.arrivalsBefore(), 0, trace.arrivals() - 1.0)));
        next += count;
        return true;
    }
}
