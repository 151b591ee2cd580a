package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A part of a run. Rates are arrivals a second.
public sealed interface Stage {
    /// How long it lasts.
    Duration length();

    /// The same rate all the time.
    record Hold(double rate, Duration length) implements Stage {
        public Hold {
            checkRate(rate);
            checkLength(length);
        }
    }

    /// A rate that changes evenly.
    record Ramp(double from, double to, Duration length) implements Stage {
        public Ramp {
            checkRate(from);
            checkRate(to);
            checkLength(length);
        }
    }

    /// A staircase: {@code steps} rates from {@code from} to {@code to}, each held for {@code every}.
    record Step(double from, double to, int steps, Duration every) implements Stage {
        public Step {
            checkRate(from);
            checkRate(to);
            check(steps >= 2 && steps <= 10_000, "2 to 10,000 steps");
            checkLength(every);
        }

        @Override
        public Duration length() {
            return every.multipliedBy(steps);
        }
    }

    /// A rate that jumps up and comes back: {@code base}, then {@code peak} in the middle for {@code peakLength}.
    record Spike(double base, double peak, Duration peakLength, Duration length) implements Stage {
        public Spike {
            checkRate(base);
            checkRate(peak);
            checkLength(peakLength);
            check(peakLength.compareTo(length) < 0, "a spike is shorter than its stage");
        }
    }

    /// Arrivals as they were recorded.
    record Replay(Trace trace) implements Stage {
        @Override
        public Duration length() {
            return Duration.ofNanos(trace.lengthNanos());
        }
    }

    /// The pieces of even change that the stage is made of; a replay has none.
    default List<Ramp> pieces() {
        return switch (this) {
            case Hold(double rate, Duration length) -> List.of(new Ramp(rate, rate, length));
            case Ramp ramp -> List.of(ramp);
            case Step(double from, double to, int steps, Duration every) -> {
                var pieces = new ArrayList<Ramp>();
                for (int i = 0; i < steps; i++) {
                    double rate = from + (to - from) * i / (steps - 1);
                    pieces.add(new Ramp(rate, rate, every));
                }
                yield pieces;
            }
            case Spike(double base, double peak, Duration peakLength, Duration length) -> {
                Duration before = length.minus(peakLength).dividedBy(2);
                Duration after = length.minus(peakLength).minus(before);
                var pieces = new ArrayList<Ramp>();
                if (!before.isZero()) {
                    pieces.add(new Ramp(base, base, before));
                }
                pieces.add(new Ramp(peak, peak, peakLength));
                pieces.add(new Ramp(base, base, after));
                yield pieces;
            }
            case Replay _ -> List.of();
        };
    }

    private static void checkRate(double rate) {
        check(rate >= 0 && rate <= RateProfile.RATE_MAX, "a rate is between 0/s and 100,000,000/s");
    }

    private static void checkLength(Duration length) {
        check(length.isPositive() && length.compareTo(RateProfile.LENGTH_MAX) <= 0, "a stage lasts 1 ns to 365 days");
    }
}
