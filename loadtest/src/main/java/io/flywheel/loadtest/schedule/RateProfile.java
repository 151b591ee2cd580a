package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rate of arrivals over the time of a run, and its integral: how many have arrived until when. Times are
/// nanoseconds from the start of the run, rates arrivals a second.
public final class RateProfile {
    static final double RATE_MAX = 100_000_000;
    /// What a run is short of by less is not an arrival.
    static final double ROUNDING = 1e-6;

    static final Duration LENGTH_MAX = Duration.ofDays(365);

    /// A piece of the run in which the rate changes evenly, or a trace says every arrival.
    ///
    /// @param arrivalsBefore the integral of the rate up to its beginning
    record Segment(
            long fromNanos,
            long toNanos,
            double fromRate,
            double toRate,
            double arrivalsBefore,
            Optional<Trace> trace) {
        double arrivals() {
            return trace.isPresent() ? trace.get().arrivals() : (fromRate + toRate) / 2 * ((toNanos - fromNanos) / 1e9);
        }

        /// The integral from its beginning to {@code seconds} after it.
        private double arrivalsAfter(double seconds) {
            double length = (toNanos - fromNanos) / 1e9;
            return fromRate * seconds + (toRate - fromRate) / (2 * length) * seconds * seconds;
        }

        /// Of a level of users that rounds to whole ones: the time that those of a share have together.
        private double userSeconds(Share share, long from, long to) {
            double seconds = (to - from) / 1e9;
            double first = levelAt(from);
            double last = levelAt(to);
            double low = Math.min(first, last);
            double high = Math.max(first, last);
            // User k of the share is there while the level is at least index + k count + 1/2.
            long always = share.portion(Math.round(low));
            long ever = share.portion(Math.round(high));
            if (always == ever) {
                return always * seconds;
            }
            double some = ever - always;
            double next = share.index() + (double) always * share.count() + 0.5;
            double sum = some * (high - next) - share.count() * some * (some - 1) / 2;
            return (always + sum / (high - low)) * seconds;
        }

        private double levelAt(long nanos) {
            double share = (double) (nanos - fromNanos) / (toNanos - fromNanos);
            return fromRate + (toRate - fromRate) * Math.clamp(share, 0, 1);
        }

        /// When so many have arrived since its beginning, in nanoseconds from there.
        long nanosOf(double arrivals) {
            if (trace.isPresent()) {
                Trace recorded = trace.get();
                return recorded.offsetNanos((int) Math.min(arrivals, recorded.arrivals() - 1));
            }
            double length = (toNanos - fromNanos) / 1e9;
            double slope = (toRate - fromRate) / length;
            // The root of slope/2 t² + from t = arrivals that does not cancel digits where the slope is small.
            double discriminant = Math.max(0, fromRate * fromRate + 2 * slope * arrivals);
            double denominator = fromRate + Math.sqrt(discriminant);
            double seconds = denominator == 0 ? (arrivals == 0 ? 0 : length) : 2 * arrivals / denominator;
            return Math.round(Math.min(seconds, length) * 1e9);
        }
    }

    private final List<Segment> segments;

    public RateProfile(List<Stage> stages) {
        check(!stages.isEmpty(), "a run has a stage");
        var built = new ArrayList<Segment>();
        long from = 0;
        double arrivals = 0;
        for (Stage stage : stages) {
            if (stage instanceof Stage.Replay(Trace trace)) {
                var segment = new Segment(from, from + trace.lengthNanos(), 0, 0, arrivals, Optional.of(trace));
                built.add(segment);
                from = segment.toNanos();
                arrivals = whole(arrivals + segment.arrivals());
                continue;
            }
            for (Stage.Ramp piece : stage.pieces()) {
                long to = Math.addExact(from, piece.length().toNanos());
                var segment = new Segment(from, to, piece.from(), piece.to(), arrivals, Optional.empty());
                built.add(segment);
                from = to;
                arrivals = whole(arrivals + segment.arrivals());
            }
        }
        check(from <= LENGTH_MAX.toNanos(), "a run lasts at most 365 days");
        this.segments = List.copyOf(built);
    }

    List<Segment> segments() {
        return segments;
    }

    public long lengthNanos() {
        return segments.getLast().toNanos();
    }

    /// How many arrive in the whole run (on average, where the arrivals are Poisson's).
    public double arrivals() {
        return whole(segments.getLast().arrivalsBefore() + segments.getLast().arrivals());
    }

    /// The rate at a moment; in a replay that of the second around it.
    public double rateAt(long nanos) {
        Segment segment = segments.get(at(nanos));
        if (segment.trace().isPresent()) {
            Trace trace = segment.trace().get();
            long from = Math.max(0, nanos - segment.fromNanos() - 500_000_000);
            long to = Math.min(trace.lengthNanos(), nanos - segment.fromNanos() + 500_000_000);
            return (trace.arrivalsBefore(to) - trace.arrivalsBefore(from)) * 1e9 / Math.max(1, to - from);
        }
        return segment.levelAt(nanos);
    }

    /// How many arrive before a moment (on average).
    public double arrivalsUntil(long nanos) {
        Segment segment = segments.get(at(nanos));
        long since = Math.clamp(nanos - segment.fromNanos(), 0, segment.toNanos() - segment.fromNanos());
        if (segment.trace().isPresent()) {
            // The last arrival of a trace may come at its very end.
            Trace trace = segment.trace().get();
            int before = since >= trace.lengthNanos() ? trace.arrivals() : trace.arrivalsBefore(since);
            return segment.arrivalsBefore() + before;
        }
        return segment.arrivalsBefore() + segment.arrivalsAfter(since / 1e9);
    }

    /// When the arrival comes before which there were {@code arrivals}; at most the end of the run.
    public long timeOf(double arrivals) {
        Segment segment = segmentOf(arrivals);
        return segment.fromNanos() + segment.nanosOf(Math.max(0, arrivals - segment.arrivalsBefore()));
    }

    /// The segment in which the arrival comes before which there were {@code arrivals}.
    Segment segmentOf(double arrivals) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).arrivalsBefore() <= arrivals) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return segments.get(low);
    }

    /// Rates and lengths are not exact in binary: what is a whole number but for that is made one, so that no
    /// arrival slips over the edge of a segment.
    private static double whole(double arrivals) {
        double rounded = Math.rint(arrivals);
        return Math.abs(arrivals - rounded) < ROUNDING ? rounded : arrivals;
    }

    /// Of a profile of users: how long those of a share are there between two moments, all together.
    double userSeconds(Share share, long fromNanos, long toNanos) {
        double sum = 0;
        for (Segment segment : segments) {
            long from = Math.max(fromNanos, segment.fromNanos());
            long to = Math.min(toNanos, segment.toNanos());
            if (from < to) {
                sum += segment.userSeconds(share, from, to);
            }
        }
        return sum;
    }

    /// The index of the segment that a moment lies in.
    int at(long nanos) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).fromNanos() <= nanos) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// The highest rate of any moment; of replays the mean.
    public double highestRate() {
        double highest = 0;
        for (Segment segment : segments) {
            double rate = segment.trace().isPresent()
                    ? segment.arrivals() * 1e9 / (segment.toNanos() - segment.fromNanos())
                    : Math.max(segment.fromRate(), segment.toRate());
            highest = Math.max(highest, rate);
        }
        return highest;
    }
}
