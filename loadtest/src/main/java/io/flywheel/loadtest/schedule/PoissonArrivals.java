package io.flywheel.loadtest.schedule;

import java.util.Optional;
import java.util.SplittableRandom;

/// Independent arrivals. Each share is a Poisson process of its own at its part of the rate, which together are one at
/// the whole rate; as such a process does not remember, it begins afresh in every segment. Replayed segments come as
/// they were recorded, every count-th.
final class PoissonArrivals extends Arrivals {
    private final RateProfile profile;
    private final Share share;
    private final SplittableRandom random;
    private int segmentAt;
    /// The integral of the rate since the segment's beginning, up to the last arrival.
    private double arrived;
    /// Of a replayed segment: the next arrival.
    private int replayed;
    private long drawn;

    PoissonArrivals(RateProfile profile, long seed, Share share) {
        this.profile = profile;
        this.share = share;
        this.random = new SplittableRandom(Mix.of(seed, share.epoch(), share.index(), share.count()));
        this.segmentAt = profile.at(share.fromNanos());
        var segment = profile.segments().get(segmentAt);
        long since = share.fromNanos() - segment.fromNanos();
        this.arrived =
                segment.trace().isPresent() ? 0 : profile.arrivalsUntil(share.fromNanos()) - segment.arrivalsBefore();
        this.replayed =
                segment.trace().map(trace -> trace.arrivalsBefore(since)).orElse(0) + share.index();
    }

    @Override
    public boolean advance() {
        for (; segmentAt < profile.segments().size(); segmentAt++, arrived = 0, replayed = share.index()) {
            var segment = profile.segments().get(segmentAt);
            if (segment.trace().isPresent() ? replay(segment, segment.trace().get()) : draw(segment)) {
                number = ((long) share.epoch() << 40) + drawn * share.count() + share.index();
                drawn++;
                return true;
            }
        }
        return false;
    }

    private boolean replay(RateProfile.Segment segment, Trace trace) {
        if (replayed >= trace.arrivals()) {
            return false;
        }
        nanos = segment.fromNanos() + trace.offsetNanos(replayed);
        replay(trace, replayed);
        replayed += share.count();
        return true;
    }

    private boolean draw(RateProfile.Segment segment) {
        arrived += -Math.log(1 - random.nextDouble()) * share.count();
        if (arrived >= segment.arrivals()) {
            return false;
        }
        nanos = segment.fromNanos() + segment.nanosOf(arrived);
        transaction = Optional.empty();
        return true;
    }
}
