package io.flywheel.loadtest.capacity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Finds the highest rate that holds the thresholds: the rate grows geometrically until one does not hold, then the
/// interval is halved. Near the capacity a probe is a draw of luck, so halving goes by what all probes so far say
/// ({@link Belief}; Waeber, Frazier and Henderson, "Bisection search with noisy responses", SIAM J. Control Optim. 51,
/// 2013): each rate near it is asked again and again, until the capacity is known as precisely and surely as wanted.
/// For one search.
public final class CapacitySearch {
    /// A rate does not hold when two probes in a row say so; one may have had bad luck.
    private static final int BREACHES = 2;

    /// A generator may have had bad luck too: a rate is given up when it gave way so often in a row. A service that is
    /// overloaded can be why it does, so lower ones are tried before the search ends.
    private static final int INVALIDS = 3;

    private static final double LOWEST_SHARE = 1.0 / 1024;
    private static final int CELLS_PER_INTERVAL = 12;

    /// Where the next probe is made, as quantiles of what is believed: beside the middle too, for how steep it is.
    private static final double[] NEXT = {0.5, 0.3, 0.7};

    private final Probing probing;
    private final SearchOptions options;
    private final List<Probe> probes = new ArrayList<>();

    /// The highest rate that held; 0 when none did.
    private double low;

    /// The lowest that did not.
    private double high = Double.POSITIVE_INFINITY;

    /// The lowest at which the generator gave way.
    private double limit = Double.POSITIVE_INFINITY;

    /// Asked for once more in the end: what is cold at first gets better.
    private double askedAgain;

    private Optional<Ending> limited = Optional.empty();

    /// Why there are no more probes.
    private Optional<Ending> ended = Optional.empty();

    private CapacitySearch(Probing probing, SearchOptions options) {
        this.probing = probing;
        this.options = options;
    }

    public static Capacity run(Probing probing, SearchOptions options) throws InterruptedException {
        return new CapacitySearch(probing, options).run();
    }

    private Capacity run() throws InterruptedException {
        double rate = options.firstPerSecond();
        while (low == 0 || high == Double.POSITIVE_INFINITY) {
            boolean holds = holds(rate);
            if (ended.isPresent() && ended.get().kind() == Ending.Kind.GENERATOR) {
                limit = rate;
                limited = ended;
                ended = Optional.empty();
            } else if (ended.isPresent()) {
                return outside(ended.get());
            } else if (holds) {
                low = rate;
                if (rate >= options.mostPerSecond()) {
                    String why = "no more than " + text(rate) + " a second was to be asked for";
                    return outside(new Ending(Ending.Kind.RATE, why));
                }
            } else {
                high = rate;
            }
            boolean lowest = low == 0 && rate <= options.firstPerSecond() * LOWEST_SHARE;
            boolean near = limit <= low * (1 + options.precision());
            if (lowest || (near && limit == askedAgain)) {
                return limited.map(this::outside).orElseGet(this::below);
            }
            if (near) {
                askedAgain = limit;
                limit = Double.POSITIVE_INFINITY;
            }
            rate = near ? askedAgain : next(rate);
        }
        return inside();
    }

    /// Away from what is known; between what held and what the generator cannot make, when both are.
    private double next(double rate) {
        if (low == 0) {
            return rate / options.growth();
        }
        return limit == Double.POSITIVE_INFINITY
                ? Math.min(rate * options.growth(), options.mostPerSecond())
                : Math.sqrt(low * limit);
    }

    private Capacity outside(Ending why) {
        return high == Double.POSITIVE_INFINITY || low > 0
                ? new Capacity.AtLeast(low, why, List.copyOf(probes))
                : below();
    }

    private Capacity below() {
        return new Capacity.Below(high, gaveWay(high), List.copyOf(probes));
    }

    private Capacity inside() throws InterruptedException {
        // One lucky or unlucky probe must not shut the capacity out.
        var belief =
                new Belief(low / options.growth(), high * options.growth(), options.precision() / CELLS_PER_INTERVAL);
        probes.forEach(probe -> believe(belief, probe));
        double outer = (1 - options.confidence()) / 2;
        int next = 0;
        while (ended.isEmpty() && belief.quantile(1 - outer) / belief.quantile(outer) > 1 + options.precision()) {
            var probe = probe(belief.quantile(NEXT[next++ % NEXT.length]));
            probe.ifPresent(measured -> believe(belief, measured));
        }
        double middle = belief.quantile(0.5);
        return new Capacity.Found(
                belief.quantile(outer),
                middle,
                belief.quantile(1 - outer),
                options.confidence(),
                gaveWay(middle),
                Knee.of(probes),
                ended,
                List.copyOf(probes));
    }

    private static void believe(Belief belief, Probe probe) {
        if (!(probe.result() instanceof Probe.Result.Invalid)) {
            belief.add(probe.perSecond(), probe.result() instanceof Probe.Result.Held);
        }
    }

    /// Whether the rate holds; false as well when there are no more probes.
    private boolean holds(double perSecond) throws InterruptedException {
        for (int breaches = 0; breaches < BREACHES; breaches++) {
            var probe = probe(perSecond);
            if (probe.isEmpty()) {
                return false;
            }
            if (probe.get().result() instanceof Probe.Result.Held) {
                return true;
            }
        }
        return false;
    }

    private Optional<Probe> probe(double perSecond) throws InterruptedException {
        for (int attempt = 1; probes.size() < options.probesMax(); attempt++) {
            Probe probe = probing.probe(perSecond);
            switch (probe.result()) {
                case Probe.Result.Held _, Probe.Result.Breached _ -> {
                    probes.add(probe);
                    return Optional.of(probe);
                }
                case Probe.Result.Invalid(var why) -> {
                    probes.add(probe);
                    if (attempt == INVALIDS) {
                        return ended(
                                Ending.Kind.GENERATOR,
                                "the generator gave way at " + text(perSecond) + " a second: " + why);
                    }
                }
                case Probe.Result.Stopped _ -> {
                    return ended(Ending.Kind.STOPPED, "the search was stopped");
                }
            }
        }
        return ended(Ending.Kind.PROBES, "no more than " + options.probesMax() + " probes were to be made");
    }

    private Optional<Probe> ended(Ending.Kind kind, String why) {
        ended = Optional.of(new Ending(kind, why));
        return Optional.empty();
    }

    /// What gave way at the lowest rate from this on, or else at the highest.
    private String gaveWay(double perSecond) {
        var breached = probes.stream()
                .filter(probe -> probe.result() instanceof Probe.Result.Breached)
                .sorted(Comparator.comparingDouble(Probe::perSecond))
                .toList();
        return breached.stream()
                .filter(probe -> probe.perSecond() >= perSecond)
                .findFirst()
                .or(() -> Optional.ofNullable(breached.isEmpty() ? null : breached.getLast()))
                .map(probe -> ((Probe.Result.Breached) probe.result()).what())
                .orElse("");
    }

    private static String text(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.2f" : "%.0f", perSecond);
    }
}
