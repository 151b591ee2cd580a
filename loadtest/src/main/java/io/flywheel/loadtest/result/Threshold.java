package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;

/// What a run has to hold. `series` is the name of a transaction or part, or empty for all transactions together.
public sealed interface Threshold {
    Optional<String> series();

    /// Of all transactions together, these are left out: they have a bound of their own.
    default Set<String> except() {
        return Set.of();
    }

    /// The latency at a percentile is at most so long; 100 is the longest.
    record Percentile(Optional<String> series, double percentile, long nanosMax) implements Threshold {
        public Percentile {
            check(percentile >= 0 && percentile <= 100, "a percentile is between 0 and 100");
        }
    }

    /// At most this share of those that ended failed, 0 to 1.
    record Errors(Optional<String> series, Set<String> except, double shareMax) implements Threshold {
        public Errors {
            except = Set.copyOf(except);
        }

        public Errors(Optional<String> series, double shareMax) {
            this(series, Set.of(), shareMax);
        }
    }

    /// At least so many a second succeeded.
    record Throughput(Optional<String> series, double perSecondMin) implements Threshold {}

    /// At most this share of those that should have started were dropped, 0 to 1.
    record Dropped(Optional<String> series, Set<String> except, double shareMax) implements Threshold {
        public Dropped {
            except = Set.copyOf(except);
        }

        public Dropped(Optional<String> series, double shareMax) {
            this(series, Set.of(), shareMax);
        }
    }

    /// How a threshold came out.
    ///
    /// @param measured in words, with its unit
    /// @param held false also where nothing was measured
    record Outcome(Threshold threshold, String measured, boolean held) {}

    /// Compares with what was counted.
    ///
    /// @param rates of the same
    default Outcome judge(SeriesDelta counts, Rates rates) {
        return switch (this) {
            case Percentile(var _, double percentile, long nanosMax) -> {
                long nanos = counts.latency().getValueAtPercentile(percentile);
                yield counts.ended() == 0
                        ? new Outcome(this, "nothing ended", false)
                        : new Outcome(this, Quantities.time(nanos), holds(counts.latency(), percentile, nanosMax));
            }
            case Errors(var _, var _, double shareMax) -> {
                double share = counts.ended() == 0 ? 0 : (double) counts.failed() / counts.ended();
                yield counts.ended() == 0
                        ? new Outcome(this, "nothing ended", false)
                        : new Outcome(this, Quantities.share(share), share <= shareMax);
            }
            case Throughput(var _, double perSecondMin) -> {
                double perSecond = rates.succeeded();
                yield new Outcome(this, Quantities.rate(perSecond), perSecond >= perSecondMin);
            }
            case Dropped(var _, var _, double shareMax) -> {
                double share = counts.intended() == 0 ? 0 : (double) counts.dropped() / counts.intended();
                yield new Outcome(this, Quantities.share(share), share <= shareMax);
            }
        };
    }

    /// Everything in the bucket in which the bound lies counts as below it.
    private static boolean holds(Histogram times, double percentile, long nanosMax) {
        return times.lowestEquivalentValue(times.getValueAtPercentile(percentile)) <= nanosMax;
    }

    /// Whether it is broken only by what started late: that is the generator's fault, not the service's.
    ///
    /// @param counts in which it does not hold
    /// @param lag by how much starts were late
    /// @param limits what is late
    default boolean isBrokenByLag(SeriesDelta counts, Histogram lag, GeneratorLimits limits) {
        return switch (this) {
            case Percentile(var _, double percentile, long nanosMax) -> {
                long late = lag.getValueAtPercentile(percentile);
                boolean asMuch = late > limits.lagNanosMax()
                        && counts.latency().getValueAtPercentile(percentile) - late <= nanosMax;
                yield counts.ended() > 0 && (asMuch || holds(counts.service(), percentile, nanosMax));
            }
            // What is late starts all at once, and more than may be in flight.
            case Dropped(var _, var _, double shareMax) -> {
                long late = lag.getTotalCount() - lag.getCountBetweenValues(0, limits.lagNanosMax());
                yield late >= counts.dropped() - shareMax * counts.intended();
            }
            case Errors _, Throughput _ -> false;
        };
    }

    /// Whether it cannot hold any more, however the rest of a run goes.
    ///
    /// @param intended how many were to start in the whole run, of all transactions
    default boolean isLost(SeriesDelta counts, double intended) {
        return switch (this) {
            case Percentile(var _, double percentile, long nanosMax) -> {
                var latency = counts.latency();
                long longer = counts.ended() - latency.getCountBetweenValues(0, nanosMax);
                yield longer > (1 - percentile / 100) * intended + 1;
            }
            case Errors(var _, var _, double shareMax) -> counts.failed() > shareMax * intended + 1;
            case Dropped(var _, var _, double shareMax) -> counts.dropped() > shareMax * intended + 1;
            case Throughput _ -> false;
        };
    }

    /// What has to hold, in words.
    default String text() {
        String what = switch (this) {
            case Percentile(var _, double percentile, long nanosMax) ->
                (percentile == 100 ? "max" : "p" + Quantities.number(percentile)) + " at most "
                        + Quantities.time(nanosMax);
            case Errors(var _, var _, double shareMax) -> "errors at most " + Quantities.share(shareMax);
            case Throughput(var _, double perSecondMin) -> "throughput at least " + Quantities.rate(perSecondMin);
            case Dropped(var _, var _, double shareMax) -> "dropped at most " + Quantities.share(shareMax);
        };
        String all = except().isEmpty() ? "all" : "all but " + String.join(", ", new TreeSet<>(except()));
        return String.format(Locale.ROOT, "%s: %s", series().orElse(all), what);
    }
}
