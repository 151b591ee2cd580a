package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.util.Locale;
import java.util.Optional;

/// What a run has to hold. `series` is the name of a transaction or part, or empty for all transactions together.
public sealed interface Threshold {
    Optional<String> series();

    /// The latency at a percentile is at most so long; 100 is the longest.
    record Percentile(Optional<String> series, double percentile, long nanosMax) implements Threshold {
        public Percentile {
            check(percentile >= 0 && percentile <= 100, "a percentile is between 0 and 100");
        }
    }

    /// At most this share of those that ended failed, 0 to 1.
    record Errors(Optional<String> series, double shareMax) implements Threshold {}

    /// At least so many a second succeeded.
    record Throughput(Optional<String> series, double perSecondMin) implements Threshold {}

    /// At most this share of those that should have started were dropped, 0 to 1.
    record Dropped(Optional<String> series, double shareMax) implements Threshold {}

    /// How a threshold came out.
    ///
    /// @param measured in words, with its unit
    /// @param held false also where nothing was measured
    record Outcome(Threshold threshold, String measured, boolean held) {}

    /// Compares with what was counted.
    ///
    /// @param seconds how long was measured
    default Outcome judge(SeriesDelta counts, double seconds) {
        return switch (this) {
            case Percentile(var _, double percentile, long nanosMax) -> {
                long nanos = counts.latency().getValueAtPercentile(percentile);
                yield counts.ended() == 0
                        ? new Outcome(this, "nothing ended", false)
                        : new Outcome(this, Quantities.time(nanos), nanos <= nanosMax);
            }
            case Errors(var _, double shareMax) -> {
                double share = counts.ended() == 0 ? 0 : (double) counts.failed() / counts.ended();
                yield counts.ended() == 0
                        ? new Outcome(this, "nothing ended", false)
                        : new Outcome(this, Quantities.share(share), share <= shareMax);
            }
            case Throughput(var _, double perSecondMin) -> {
                double perSecond = seconds <= 0 ? 0 : counts.succeeded() / seconds;
                yield new Outcome(this, Quantities.rate(perSecond), perSecond >= perSecondMin);
            }
            case Dropped(var _, double shareMax) -> {
                long intended = counts.ended() + counts.dropped() + counts.starved();
                double share = intended == 0 ? 0 : (double) counts.dropped() / intended;
                yield new Outcome(this, Quantities.share(share), share <= shareMax);
            }
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
            case Errors(var _, double shareMax) -> counts.failed() > shareMax * intended + 1;
            case Dropped(var _, double shareMax) -> counts.dropped() > shareMax * intended + 1;
            case Throughput _ -> false;
        };
    }

    /// What has to hold, in words.
    default String text() {
        String what = switch (this) {
            case Percentile(var _, double percentile, long nanosMax) ->
                (percentile == 100 ? "max" : "p" + Quantities.number(percentile)) + " at most "
                        + Quantities.time(nanosMax);
            case Errors(var _, double shareMax) -> "errors at most " + Quantities.share(shareMax);
            case Throughput(var _, double perSecondMin) -> "throughput at least " + Quantities.rate(perSecondMin);
            case Dropped(var _, double shareMax) -> "dropped at most " + Quantities.share(shareMax);
        };
        return String.format(Locale.ROOT, "%s: %s", series().orElse("all"), what);
    }
}
